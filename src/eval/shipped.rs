//! The suites that come with the program, so that it knows them wherever it runs. Their data does not: it stands in the repository, or the user brings it.

/// Name and `suite.toml` of each.
pub const SUITES: [(&str, &str); 11] = [
    ("benign", include_str!("../../eval/suites/benign/suite.toml")),
    ("corpus", include_str!("../../eval/suites/corpus/suite.toml")),
    ("espd", include_str!("../../eval/suites/espd/suite.toml")),
    ("fairness", include_str!("../../eval/suites/fairness/suite.toml")),
    ("languages", include_str!("../../eval/suites/languages/suite.toml")),
    ("length", include_str!("../../eval/suites/length/suite.toml")),
    ("pan12", include_str!("../../eval/suites/pan12/suite.toml")),
    ("quantization", include_str!("../../eval/suites/quantization/suite.toml")),
    ("robustness", include_str!("../../eval/suites/robustness/suite.toml")),
    ("signals", include_str!("../../eval/suites/signals/suite.toml")),
    ("turns", include_str!("../../eval/suites/turns/suite.toml")),
];

/// The list of words that stands beside the model.
pub const KEYWORDS: &str = include_str!("../../eval/suites/corpus/keywords.txt");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_suite_of_the_repository_comes_with_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("eval/suites");
        let there = std::fs::read_dir(folder).unwrap().flatten();
        let there = there.filter(|entry| entry.path().join("suite.toml").is_file());
        let there: BTreeSet<String> = there.map(|e| e.file_name().into_string().unwrap()).collect();
        assert_eq!(SUITES.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>(), there);
    }
}
