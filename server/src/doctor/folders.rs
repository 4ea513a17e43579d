//! Folders: what must be read, and what must be written.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::{Level, Report};
use crate::config::Config;

pub(super) fn look(config: &Config, report: &mut Report) {
    report.look("folders");
    let (data, site) = (&config.data.dir, &config.web.site_root);
    if let Err(error) = try_to_write(data) {
        report.find(
            Level::Problem,
            format!("nothing can be written into the data folder {} ({error})", data.display()),
            "give the folder to the user of the tracker, or name another in TRACKER_DATA_DIR",
        );
    }
    let key = data.join("secret_key");
    if fs::metadata(&key).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        report.find(
            Level::Problem,
            format!("others on this machine can read {}", key.display()),
            format!("chmod 600 {}", key.display()),
        );
    }
    if !site.join("pkg").is_dir() {
        report.find(
            Level::Problem,
            format!("there is no built browser side at {}", site.display()),
            "build it (./run does) or copy it beside the program; TRACKER_SITE_ROOT names its place",
        );
    }
}

/// In the folder, or in the one where it would be made.
fn try_to_write(folder: &Path) -> io::Result<()> {
    let mut folders =
        folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let nearest = folders.find(|path| path.exists()).unwrap_or(Path::new("/"));
    if !nearest.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is no folder"));
    }
    let probe = nearest.join(format!(".doctor-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(probe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn found(data: &Path, site: &Path) -> Vec<String> {
        let settings = [
            ("DATABASE_URL", "postgres://tracker@localhost/tracker".to_owned()),
            ("TRACKER_DATA_DIR", data.display().to_string()),
            ("TRACKER_SITE_ROOT", site.display().to_string()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value));
        let config = Config::read(Source::new(settings, Path::new("none.toml"))).unwrap();
        let mut report = Report::default();
        look(&config, &mut report);
        report.findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn each_folder_that_cannot_be_used_is_named() {
        let root = std::env::temp_dir().join(format!("tracker-doctor-{}", std::process::id()));
        let site = root.join("site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        assert_eq!(found(&root.join("data/that/is/not/there"), &site), [""; 0]);
        fs::write(root.join("secret_key"), "x").unwrap();
        fs::set_permissions(root.join("secret_key"), fs::Permissions::from_mode(0o644)).unwrap();
        let open = found(&root, &site);
        assert!(open.len() == 1 && open[0].contains("can read"), "{open:?}");
        let none = found(&root.join("secret_key"), &root.join("no-site"));
        assert!(
            none.len() == 2 && none[0].contains("it is no folder") && none[1].contains("browser side"),
            "{none:?}"
        );
        let left = fs::read_dir(&root)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".doctor"));
        assert_eq!(left.count(), 0);
        fs::remove_dir_all(root).unwrap();
    }
}
