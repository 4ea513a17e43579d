//! Mail is a way out too: what is sent to somebody has no mark that is not theirs.

use serde_json::json;
use server::testing::PASSWORD;

use super::{
    marks::{Mark, found, fresh},
    world::{Viewer, World},
};

/// The marks that no viewer of a person may read.
fn foreign<'a>(world: &'a World, person: &'a str) -> impl Iterator<Item = &'a Mark> {
    let of = move |viewer: &&str| viewer.split('@').next() == Some(person);
    world.marks.all().iter().filter(move |mark| !mark.seen_by.iter().any(|viewer| of(viewer)))
}

#[tokio::test]
async fn a_mail_has_only_what_is_its_readers() {
    let world = World::new().await;
    let people: Vec<&Viewer> = world.viewers.iter().filter(|viewer| viewer.name != "nobody").collect();
    for Viewer { name, org, actor } in &people {
        let address = world.address(name.split('@').next().unwrap());
        actor.call("accounts/send_verification", json!({ "org": org })).await.ok();
        let new = format!("{}@example.org", fresh());
        let change = json!({ "org": org, "email": new, "password": PASSWORD });
        actor.call("accounts/change_address", change).await.ok();
        world.app.anon().call("accounts/forgot", json!({ "email": address })).await.ok();
    }
    for Viewer { name, .. } in &people {
        let person = name.split('@').next().unwrap();
        let letters = world.app.mail(&world.address(person)).await;
        assert!(letters.len() >= 2, "{name} was written to: {letters:?}");
        for letter in letters {
            let text = format!("{}\n{}\n{}", letter.subject, letter.text, letter.html);
            assert_eq!(found(foreign(&world, person), &text), Vec::<&str>::new(), "{name}: {text}");
        }
    }
}

#[tokio::test]
async fn an_invitation_says_who_invites_where_and_nothing_else() {
    let world = World::new().await;
    for (admin, org) in [("ana", "main"), ("eve", "farnorth")] {
        let address = format!("{}@example.org", fresh());
        let invitation = json!({ "org": org, "email": address, "role": "REPORTER" });
        world.actor(admin).call("members/invite", invitation).await.ok();
        let letters = world.app.mail(&address).await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        let text = format!("{}\n{}\n{}", letters[0].subject, letters[0].text, letters[0].html);
        let said = [format!("the name of {org}"), format!("the name of {admin}")];
        let more: Vec<_> = found(world.marks.all().iter(), &text)
            .into_iter()
            .filter(|what| !said.iter().any(|said| said == what))
            .collect();
        assert_eq!(more, Vec::<&str>::new(), "{text}");
        assert!(text.contains(&world.app.app.settings.public_url), "{text}");
    }
}
