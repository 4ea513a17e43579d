"""What ./test api asks beside Schemathesis's own checks, and what it puts into requests so that they meet something."""

import os
import random

import schemathesis

# The role whose token is shown; empty for nobody.
ROLE = os.environ["API_ROLE"]
SCOPES = {"": [], "ADMIN": ["READ", "WRITE", "ADMIN"]}.get(ROLE, ["READ", "WRITE"])

# What there is in the installation (see fuzz.mjs); made-up names would meet nothing but 404.
THERE = {
    "org": ["main"],
    "project": ["CORE"],
    "team": ["web", ""],
    "member": ["2", "3"],
    "person": ["max@example.org", "3"],
    "assignee": ["3", ""],
}
KEYS = {"projects": ["CORE", "PAY"], "issues": ["CORE-1", "CORE-2"], "comments": ["CORE-1", "CORE-2"]}


@schemathesis.hook
def map_body(context, body):
    """Four times out of five a name that is there takes the place of one that was made up."""
    if not isinstance(body, dict):
        return body
    noun = context.operation.path.split("/")[3]
    choose = random.Random(repr(sorted(map(repr, body.items()))))
    for field, known in {**THERE, "key": KEYS.get(noun, [])}.items():
        if known and isinstance(body.get(field), str) and choose.random() < 0.8:
            body[field] = choose.choice(known)
    return body


def may(operation):
    """Whether the description lets the role call it at all."""
    if operation["security"] == [{}]:
        return True
    if operation["x-scope"] not in SCOPES:
        return False
    return not operation["x-roles"] or ROLE in operation["x-roles"]


@schemathesis.check
def nothing_is_done_without_permission(ctx, response, case):
    """What the description keeps from the role is refused."""
    if case.method.upper() == "POST" and not may(case.operation.definition.raw):
        assert response.status_code >= 400, f"{case.operation.label} was done for {ROLE or 'nobody'}"
