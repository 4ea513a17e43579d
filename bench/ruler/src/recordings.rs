//! What `bench/run` recorded of the running tracker, by name.

use axum::body::Bytes;
use std::{collections::HashMap, error::Error, fs, path::Path, sync::Arc};
use tracker_domain::{
    insight::InsightsView,
    issue::{IssueList, IssueView},
    org::Framed,
};

/// See the module.
#[derive(Debug, Default)]
pub struct Recordings {
    /// Whole pages.
    pub pages: Arc<HashMap<String, Bytes>>,
    /// What a list page is made of.
    pub lists: HashMap<String, Framed<IssueList>>,
    /// What an issue's page is made of.
    pub issues: HashMap<String, Framed<IssueView>>,
    /// What the insights page is made of.
    pub insights: HashMap<String, Framed<InsightsView>>,
}

impl Recordings {
    /// Reads all files of a folder.
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut found = Self::default();
        let mut pages = HashMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((name, kind)) = file.split_once('.') else { continue };
            let (name, content) = (name.to_owned(), fs::read(&path)?);
            match kind {
                "html" => drop(pages.insert(name, Bytes::from(content))),
                "list.json" => drop(found.lists.insert(name, serde_json::from_slice(&content)?)),
                "issue.json" => drop(found.issues.insert(name, serde_json::from_slice(&content)?)),
                "insights.json" => drop(found.insights.insert(name, serde_json::from_slice(&content)?)),
                _ => {}
            }
        }
        found.pages = Arc::new(pages);
        Ok(found)
    }
}
