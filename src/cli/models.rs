//! `rushlight models`: which models there are, and what one says about itself; `pull` has a file of its own.

use std::io::Write;

use anyhow::Result;
use clap::Subcommand;

use super::Exit;
use crate::models::{Model, Place, list};

/// List models, show one, or fetch one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Every model that can be found: inside the program, below ./models and below $RUSHLIGHT_MODELS.
    List,
    /// What a model is, how it was made and where its bands lie; checks that its files belong together.
    Show {
        /// A name or a folder [default: rushlight-small].
        model: Option<String>,
    },
    #[cfg(feature = "pull")]
    Pull(super::pull::Args),
}

impl Args {
    /// Print the table or the card.
    pub fn run(self) -> Result<Exit> {
        let mut out = anstream::stdout().lock();
        match self.what {
            #[cfg(feature = "pull")]
            What::Pull(args) => return args.run(),
            What::List => {
                for place in list() {
                    match place.card() {
                        Ok((card, _)) => writeln!(
                            out,
                            "{:<20} {:<10} {place}\n  {}",
                            card.name, card.version, card.summary
                        )?,
                        Err(error) => writeln!(out, "{place}\n  cannot be used: {error:#}")?,
                    }
                }
            }
            What::Show { model } => {
                let place = Place::find(model.as_deref())?;
                let model = Model::load(&place)?;
                let card = &model.card;
                writeln!(out, "{} {}, {place}\n{}", card.name, card.version, card.summary)?;
                writeln!(out, "licence     {}\nlanguages   {}", card.license, card.languages.join(", "))?;
                writeln!(out, "look        from a probability of {:.2}", card.bands.look)?;
                if let Some(warn) = card.bands.warn {
                    writeln!(out, "            first warning where it reached {warn:.2}, if it did")?;
                }
                writeln!(
                    out,
                    "look now    from a probability of {:.2}\n            {}",
                    card.bands.look_now, card.bands.chosen
                )?;
                for (file, hash) in &card.files {
                    writeln!(out, "{file:<20} sha256 {hash}")?;
                }
                if !card.training.is_empty() {
                    writeln!(out, "\n{}", toml::to_string_pretty(&card.training)?.trim_end())?;
                }
            }
        }
        Ok(Exit::Read)
    }
}
