//! Pages and screens copied whole: forums, direct messages of X, servers with roles, chats of games.

use super::{import, names, texts};

#[test]
fn posts_of_a_forum_without_what_they_quote() {
    let page = "tom\nSenior Member\nPosts: 85\nJoined: Mar 12, 2018\nare you in\nReply\n\n\
                ria\nMember\nPosts: 9\nJoined: Mar 12, 2019\ntom wrote: ↑\nare you in\nyes I am\n2 Likes\nReply\n";
    let (chat, _) = import(page);
    assert_eq!((names(&chat), texts(&chat)), (vec!["tom", "ria"], vec!["are you in", "yes I am"]));
}

#[test]
fn own_words_of_x_are_those_that_were_sent() {
    let (chat, _) = import("in?\n4:02 PM · Sent\nyes\n4:03 PM\ncome\n4:04 PM · Seen\n");
    assert_eq!((names(&chat), texts(&chat)), (vec!["You", "the other"], vec!["in?", "yes", "come"]));
}

#[test]
fn roles_ranks_and_whispers() {
    for text in [
        "Tom\nKeeper\n — 14/11/2025 16:02\nin?\nRia\nFan\n — 14/11/2025 16:03\nyes\nTom\nKeeper\n — 14/11/2025 16:04\nok\nRia\nFan\n — 14/11/2025 16:05\nno\n",
        "[VIP] Tom » in?\n[Member] Ria » yes\n[VIP] Tom » ok\n[Member] Ria » no\n",
        "[To Ria] Tom: in?\n[From Ria] Ria: yes\n[To Ria] Tom: ok\n[From Ria] Ria: no\n",
    ] {
        let (chat, _) = import(text);
        assert_eq!(
            (names(&chat), texts(&chat)),
            (vec!["Tom", "Ria"], vec!["in?", "yes", "ok", "no"]),
            "{text}"
        );
    }
}

#[test]
fn names_with_a_colon_in_them() {
    let (chat, _) = import("Team: Blue: in?\nTeam: Red: yes\nTeam: Blue: ok\nTeam: Red: no\n");
    assert_eq!(names(&chat), ["Team: Blue", "Team: Red"]);
}
