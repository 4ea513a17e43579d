//! Whether the providers that people sign in by answer.

use tracker_domain::time::Clock;

use super::{Level, Report};
use crate::{config::Config, providers::Providers};

pub(super) async fn look(config: &Config, clock: &dyn Clock, report: &mut Report) {
    if config.providers.is_empty() {
        return;
    }
    report.look("providers");
    let all = match Providers::new(&config.providers, &config.web.public_url) {
        Ok(all) => all,
        Err(why) => {
            let what = format!("providers cannot be asked: {why}");
            return report.find(
                Level::Problem,
                what,
                "install the certificates of the system (ca-certificates)",
            );
        }
    };
    for provider in all.all() {
        if let Err(failed) = provider.answers(clock.now()).await {
            report.find(
                Level::Problem,
                format!(
                    "the provider {} does not answer as it should: {}",
                    provider.settings.name, failed.why
                ),
                "look at its issuer and at the network; docs/providers.md says what is expected",
            );
        }
    }
}
