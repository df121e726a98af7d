"""The fixed forms of accounts."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from ctgraph.accounts import profile
from ctgraph.accounts.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from ctgraph.accounts.people import MAX_NAME_CHARACTERS
from ctgraph.accounts.rights import Role
from ctgraph.ledger.values import Scope

_GIVEN = InputRequired("This is needed.")
_EMAIL = {"autocomplete": "email"}
_OLD = {"autocomplete": "current-password"}
_NEW = {
    "autocomplete": "new-password",
    "minlength": MIN_PASSWORD_CHARACTERS,
    "maxlength": MAX_PASSWORD_CHARACTERS,
}
_RULE = (
    f"{MIN_PASSWORD_CHARACTERS} characters or more, and nothing that others would guess. "
    "A few words are easy to remember."
)


class Form(FlaskForm):
    """A form of a page. Only what browsers send as a form fills it, never JSON."""

    class Meta(FlaskForm.Meta):
        """How a form is read."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was sent; None where nothing was."""
            return request.form if form.is_submitted() else None


class SignUp(Form):
    """A new account."""

    name = StringField(
        "Your name",
        [_GIVEN, Length(max=MAX_NAME_CHARACTERS)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "E-mail address",
        [_GIVEN],
        description="Best one of your organization: it helps to approve it.",
        render_kw=_EMAIL,
    )
    password = PasswordField("Password", [_GIVEN], description=_RULE, render_kw=_NEW)


class SignIn(Form):
    """An account that exists."""

    email = EmailField("E-mail address", [_GIVEN], render_kw=_EMAIL)
    password = PasswordField("Password", [_GIVEN], render_kw=_OLD)


class Code(Form):
    """A code of an authenticator."""

    code = StringField(
        "Code",
        [_GIVEN],
        description="The six digits that your authenticator shows, or a recovery code.",
        render_kw={"autocomplete": "one-time-code"},
    )


class Authenticator(Form):
    """An authenticator that is set up."""

    code = StringField(
        "Code",
        [_GIVEN],
        description="The six digits that your authenticator shows.",
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    password = PasswordField("Password", [_GIVEN], render_kw=_OLD)


class Password(Form):
    """The password, once more."""

    password = PasswordField("Password", [_GIVEN], render_kw=_OLD)


class Report(Form):
    """What a reader reports about a record."""

    words = TextAreaField("What is wrong?", [_GIVEN], render_kw={"rows": 5})
    email = EmailField(
        "Your e-mail address", description="For an answer, if you want one.", render_kw=_EMAIL
    )


class Forgotten(Form):
    """An address that gets a link to a new password."""

    email = EmailField("E-mail address", [_GIVEN], render_kw=_EMAIL)


class NewPassword(Form):
    """A new password, set by a link."""

    password = PasswordField("New password", [_GIVEN], description=_RULE, render_kw=_NEW)


class ChangePassword(Form):
    """A new password in the place of the old one."""

    old = PasswordField("Password until now", [_GIVEN], render_kw=_OLD)
    password = PasswordField("New password", [_GIVEN], description=_RULE, render_kw=_NEW)


class ChangeEmail(Form):
    """Another address."""

    email = EmailField("New e-mail address", [_GIVEN], render_kw=_EMAIL)
    password = PasswordField("Password", [_GIVEN], render_kw=_OLD)


class Press(Form):
    """A button alone."""


class Words(Form):
    """What somebody says about an application."""

    words = TextAreaField("Message", render_kw={"rows": 4})


class Describe(Form):
    """The description of an organization."""

    name = StringField(
        "Name", [_GIVEN, Length(max=MAX_NAME_CHARACTERS)], description="As the public knows it."
    )
    type = RadioField(
        "What does it do?", choices=list(profile.CLASSES), default=profile.CLASSES[0][0]
    )
    description = TextAreaField(
        "Description",
        description="A paragraph for people who have never heard of it.",
        render_kw={"rows": 5},
    )
    subjectWebpage = URLField("Webpage", description="Its own home page: https://…")
    agentType = SelectMultipleField(
        "Kind of organization", choices=partial(profile.choices, "agentType")
    )
    agentSectorType = SelectMultipleField(
        "Sector", choices=partial(profile.choices, "agentSectorType")
    )
    email = EmailField("E-mail address for the public", description="Or a postal address below.")
    streetAddress = StringField("Street and number")
    addressLocality = StringField("City")
    addressRegion = StringField("State or region")
    postalCode = StringField("Postal code")
    addressCountry = StringField("Country")
    agentPurposeDescription = TextAreaField("Purpose", render_kw={"rows": 3})
    serviceType = SelectMultipleField("Services", choices=partial(profile.choices, "serviceType"))
    fein = StringField("FEIN", description="Federal Employer Identification Number, if it has one.")
    duns = StringField("DUNS number")
    opeID = StringField("OPE ID")


class NewKey(Form):
    """A new API key."""

    label = StringField("Name", [Length(max=100)], description="What it is for.")
    scopes = SelectMultipleField(
        "What may be done with it",
        choices=[
            (Scope.PUBLISH, "Publish and withdraw records"),
            (Scope.DRAFTS, "Save, read and delete drafts"),
            (Scope.READ, "Read drafts"),
        ],
        default=[*Scope],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    expires = DateField(
        "Last day", [Optional()], description="From the next day on it is refused. Empty for never."
    )


class Partner(Form):
    """The wish to publish for another organization."""

    owner = StringField(
        "CTID of the organization", [_GIVEN], description="Its page in the registry shows it."
    )
    words = TextAreaField("Why you publish for it", [_GIVEN], render_kw={"rows": 3})


class Claim(Form):
    """The claim of an organization."""

    words = TextAreaField(
        "How you belong to it",
        [_GIVEN],
        description="Your office, and who can confirm it.",
        render_kw={"rows": 4},
    )


class ForAnother(Form):
    """A document that is published for another organization."""

    document = TextAreaField(
        "Document (JSON-LD)",
        [_GIVEN],
        description="It names the other organization as its owner.",
        render_kw={"rows": 12, "spellcheck": "false"},
    )


class Invite(Form):
    """An invitation."""

    email = EmailField("E-mail address", [_GIVEN])
    role = SelectField("Role", choices=[*Role], default=Role.EDITOR)
