//! Issues.

use leptos::prelude::*;
use tracker_domain::{issue as domain, org::Framed, query::Suggestion};

use super::{Api, ApiError};

/// A page of the list. `q` is a query of the query language; `status`, `severity` and `sort`, when they are not empty,
/// take the place of what it says about them.
#[server(prefix = "/api/v1", endpoint = "issues/list", protocol = Api)]
pub async fn list_issues(
    org: String,
    #[server(default)] q: String,
    #[server(default)] status: String,
    #[server(default)] severity: String,
    #[server(default)] sort: String,
    #[server(default)] after: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::IssueList>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = domain::ListIssues { org, q, status, severity, sort, after };
    Ok(ports.issues.list(&caller, command, &flash).await?)
}

/// At most ten values that begin with `prefix`, of the query's field `assignee`, `reporter`, `tag` or `project`.
#[server(prefix = "/api/v1", endpoint = "issues/complete", protocol = Api)]
pub async fn complete_query(
    org: String,
    field: String,
    #[server(default)] prefix: String,
) -> Result<Vec<Suggestion>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.issues.complete(&caller, tracker_domain::query::CompleteQuery { org, field, prefix }).await?)
}

/// The frame around the form for a new issue, and around a list that could not be read.
#[server(prefix = "/api/v1", endpoint = "issues/blank", protocol = Api)]
pub async fn blank_issue(org: String, #[server(default)] flash: String) -> Result<Framed<()>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.issues.blank(&caller, &org, &flash).await?)
}

/// One issue with its timeline.
#[server(prefix = "/api/v1", endpoint = "issues/view", protocol = Api)]
pub async fn view_issue(
    org: String,
    key: String,
    #[server(default)] flash: String,
) -> Result<Framed<domain::IssueView>, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    Ok(ports.issues.view(&caller, domain::IssueRef { org, key }, &flash).await?)
}

/// Reports an issue.
#[server(prefix = "/api/v1", endpoint = "issues/create", protocol = Api)]
pub async fn create_issue(
    org: String,
    project: String,
    title: String,
    #[server(default)] description: String,
    severity: String,
    #[server(default)] files: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let command = domain::CreateIssue { org, project, title, description, severity, files, idempotency_key };
    Ok(ports.issues.create(&caller, command).await?)
}

/// Changes title and description of an issue; `version` is the one that the editor saw.
#[server(prefix = "/api/v1", endpoint = "issues/edit", protocol = Api)]
pub async fn edit_issue(
    org: String,
    key: String,
    title: String,
    #[server(default)] description: String,
    version: i64,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let issue = domain::IssueRef { org, key };
    let command = domain::EditIssue { issue, title, description, version, idempotency_key };
    Ok(ports.issues.edit(&caller, command).await?)
}

/// Moves an issue through its life.
#[server(prefix = "/api/v1", endpoint = "issues/set_status", protocol = Api)]
pub async fn set_status(
    org: String,
    key: String,
    status: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let property = domain::Property::Status(status);
    Ok(ports
        .issues
        .set(&caller, domain::SetProperty { issue: domain::IssueRef { org, key }, property, idempotency_key })
        .await?)
}

/// Weighs an issue.
#[server(prefix = "/api/v1", endpoint = "issues/set_severity", protocol = Api)]
pub async fn set_severity(
    org: String,
    key: String,
    severity: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let property = domain::Property::Severity(severity);
    Ok(ports
        .issues
        .set(&caller, domain::SetProperty { issue: domain::IssueRef { org, key }, property, idempotency_key })
        .await?)
}

/// Gives an issue to a member, or with an empty `assignee` to nobody.
#[server(prefix = "/api/v1", endpoint = "issues/set_assignee", protocol = Api)]
pub async fn set_assignee(
    org: String,
    key: String,
    #[server(default)] assignee: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let property = domain::Property::Assignee(assignee);
    Ok(ports
        .issues
        .set(&caller, domain::SetProperty { issue: domain::IssueRef { org, key }, property, idempotency_key })
        .await?)
}

/// Gives an issue exactly these tags, separated by commas or spaces; unknown ones are made.
#[server(prefix = "/api/v1", endpoint = "issues/set_tags", protocol = Api)]
pub async fn set_tags(
    org: String,
    key: String,
    #[server(default)] tags: String,
    #[server(default)] idempotency_key: Option<String>,
) -> Result<domain::IssueChanged, ApiError> {
    let (ports, caller) = crate::ports::request()?;
    let property = domain::Property::Tags(tags);
    Ok(ports
        .issues
        .set(&caller, domain::SetProperty { issue: domain::IssueRef { org, key }, property, idempotency_key })
        .await?)
}
