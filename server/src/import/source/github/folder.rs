//! A folder of answers. Only the comments of one common file are kept in memory; everything else is read when its issue
//! comes.

use serde::de::DeserializeOwned;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{
    super::{json, pieces::Pieces},
    fields::{Comment, Event},
};

const ENDINGS: &[&str] = &["json", "jsonl", "json.gz", "jsonl.gz"];

/// See the module.
pub struct Folder {
    path: PathBuf,
    /// The file of the issues.
    pub issues: PathBuf,
    comments: Mutex<HashMap<u64, Vec<Comment>>>,
}

impl Folder {
    /// Looks what is there.
    pub fn open(path: &Path) -> Result<Self, String> {
        let issues = find(path, "issues").ok_or("the folder has no issues.json or issues.jsonl")?;
        let mut comments: HashMap<u64, Vec<Comment>> = HashMap::new();
        for comment in
            find(path, "comments").map(|file| elements::<Comment>(&file)).transpose()?.unwrap_or_default()
        {
            let url = comment.issue_url.as_deref().unwrap_or_default();
            let number = url.rsplit('/').next().and_then(|number| number.parse().ok());
            comments.entry(number.ok_or("comments: one has no `issue_url`")?).or_default().push(comment);
        }
        Ok(Self { path: path.to_owned(), issues, comments: Mutex::new(comments) })
    }

    /// The comments of an issue; they are given once.
    pub fn comments(&self, number: u64) -> Result<Vec<Comment>, String> {
        let kept = self.comments.lock().ok().and_then(|mut all| all.remove(&number));
        match (kept, find(&self.path.join("comments"), &number.to_string())) {
            (_, Some(file)) => elements(&file),
            (kept, None) => Ok(kept.unwrap_or_default()),
        }
    }

    /// The timeline of an issue.
    pub fn timeline(&self, number: u64) -> Result<Vec<Event>, String> {
        let file = find(&self.path.join("timeline"), &number.to_string());
        file.map(|file| elements(&file)).transpose().map(Option::unwrap_or_default)
    }
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    ENDINGS.iter().map(|ending| folder.join(format!("{name}.{ending}"))).find(|path| path.is_file())
}

fn elements<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>, String> {
    let name = file.display();
    let mut pieces = Pieces::elements(file, "items").map_err(|why| format!("{name}: {why}"))?;
    let (mut part, mut all) = (Vec::new(), Vec::new());
    while let Some(next) = pieces.next_into(&mut part) {
        let number = next.map_err(|refused| format!("{name}: {refused}"))?;
        all.push(json::read(&part).map_err(|why| format!("{name}, element {number}: {why}"))?);
    }
    Ok(all)
}
