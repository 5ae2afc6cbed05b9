//! Against itself: alone, among others, in other chunks, on other threads.

use super::*;

#[test]
fn a_conversation_has_the_same_bits_alone_and_among_others_in_any_order() {
    everywhere(|bert, chats| {
        let alone: Vec<Vec<u32>> = chats.iter().map(|chat| bits(&chat.whole(bert))).collect();
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 2, 1]] {
            let together = batch(bert, &order.map(|i| &chats[i]));
            order
                .iter()
                .zip(&together)
                .for_each(|(i, vectors)| assert_eq!(bits(vectors), alone[*i], "{order:?}"));
        }
    });
}

#[test]
fn a_message_alone_has_the_same_bits_beside_other_lanes() {
    everywhere(|bert, chats| {
        let single = |i: usize| Chat { speakers: vec![0], ids: vec![chats[0].ids[i].clone()] };
        let singles: Vec<Chat> = (0..chats[0].ids.len()).map(single).collect();
        let together = batch(bert, &singles.iter().chain(chats).collect::<Vec<_>>());
        assert_eq!(bits(&together[..singles.len()].concat()), bits(&chats[0].alone(bert)));
    });
}

#[test]
fn a_stream_has_the_bits_of_the_whole_however_it_is_cut() {
    everywhere(|bert, chats| {
        let whole = bits(&chats[0].whole(bert));
        for chunks in [&[1; 12][..], &[5, 7], &[11, 1], &[3, 0, 1, 8], &[2; 6], &[9, 1, 1, 1]] {
            assert_eq!(bits(&chats[0].stream(bert, chunks)), whole, "{chunks:?}");
        }
    });
}

#[test]
fn threads_change_nothing() {
    everywhere(|bert, chats| {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bits(&batch(bert, &chats.iter().collect::<Vec<_>>()).concat()))
        };
        assert_eq!(with(1), with(5));
    });
}

#[test]
fn later_messages_change_nothing_and_earlier_ones_do() {
    everywhere(|bert, chats| {
        let whole = chats[0].whole(bert);
        for count in 1..whole.len() {
            assert_eq!(bits(&chats[0].stream(bert, &[count])), bits(&whole[..count]), "{count} messages");
        }
        let alone = chats[0].alone(bert);
        assert_eq!(whole[0], alone[0]);
        assert!(whole.iter().zip(&alone).skip(1).all(|(a, b)| a != b), "a message did not look back");
    });
}

#[test]
fn nothing_beyond_the_look_back_is_remembered() {
    everywhere(|bert, chats| {
        // Eight back is as far as the first layer sees; through two layers a message hears of sixteen.
        let mut long = chats[0].clone();
        for _ in 0..2 {
            long.ids.extend(chats[0].ids.clone());
            long.speakers.extend(&chats[0].speakers);
        }
        let mut other = long.clone();
        other.ids[0] = vec![7, 7, 7];
        let (a, b) = (long.whole(bert), other.whole(bert));
        assert_ne!(a[16], b[16]);
        assert_eq!(bits(&a[17..]), bits(&b[17..]));
    });
}

#[test]
fn a_speaker_is_a_name_that_means_only_same_or_other() {
    everywhere(|bert, chats| {
        let mut renamed = chats[0].clone();
        renamed.speakers.iter_mut().for_each(|s| *s = [7, 3][*s as usize]);
        assert_eq!(bits(&renamed.whole(bert)), bits(&chats[0].whole(bert)));
        renamed.speakers[1] = 7;
        assert_ne!(bits(&renamed.whole(bert)), bits(&chats[0].whole(bert)));
    });
}
