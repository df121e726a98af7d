"""The fixed forms of organizations: their description, members, keys, webhooks, and partners."""

from __future__ import annotations

from functools import partial

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from ctgraph.accounts import profile
from ctgraph.accounts.rights import Role
from ctgraph.harvest.targets import MAX_URL_CHARACTERS
from ctgraph.ledger.feed import EVENTS
from ctgraph.ledger.values import USUAL_SCOPES, Scope
from ctgraph.records.wordings import term_label
from ctgraph.web.accounts.forms import GIVEN, Form, Plain


def _choices(name: str) -> list[tuple[str, str]]:
    return [(value, term_label(label)) for value, label in profile.choices(name)]


class Describe(Form):
    """The description of an organization."""

    name = StringField(
        _("Name"),
        [GIVEN, Plain(), Length(max=profile.MAX_NAME_CHARACTERS)],
        description=_("As the public knows it."),
    )
    type = RadioField(
        _("What does it do?"),
        choices=[(kind, _(title)) for kind, title in profile.CLASSES],
        default=profile.CLASSES[0][0],
    )
    description = TextAreaField(
        _("Description"),
        description=_("A paragraph for people who have never heard of it."),
        render_kw={"rows": 5},
    )
    subjectWebpage = URLField(_("Webpage"), description=_("Its own home page: https://…"))
    agentType = SelectMultipleField(
        _("Kind of organization"), choices=partial(_choices, "agentType")
    )
    agentSectorType = SelectMultipleField(_("Sector"), choices=partial(_choices, "agentSectorType"))
    email = EmailField(
        _("E-mail address for the public"), description=_("Or a postal address below.")
    )
    streetAddress = StringField(_("Street and number"))
    addressLocality = StringField(_("City"))
    addressRegion = StringField(_("State or region"))
    postalCode = StringField(_("Postal code"))
    addressCountry = StringField(_("Country"))
    agentPurposeDescription = TextAreaField(_("Purpose"), render_kw={"rows": 3})
    serviceType = SelectMultipleField(_("Services"), choices=partial(_choices, "serviceType"))
    fein = StringField(
        _("FEIN"), description=_("Federal Employer Identification Number, if it has one.")
    )
    duns = StringField(_("DUNS number"))
    opeID = StringField(_("OPE ID"))


class Campus(Form):
    """A campus, or another place where an organization teaches."""

    name = StringField(
        _("Name"), description=_("Such as “Main Campus” or “Harbor Training Center”.")
    )
    identifier = StringField(
        _("Address identifier"),
        description=_("Your own code of the place, by which rows of a bulk upload name it."),
    )
    streetAddress = StringField(_("Street and number"))
    addressLocality = StringField(_("City"))
    addressRegion = StringField(_("State or region"))
    postalCode = StringField(_("Postal code"))
    addressCountry = StringField(_("Country"))
    seen = HiddenField()


class NewKey(Form):
    """A new API key."""

    label = StringField(_("Name"), [Length(max=100)], description=_("What it is for."))
    scopes = SelectMultipleField(
        _("What may be done with it"),
        choices=[
            (Scope.PUBLISH, _("Publish and withdraw records")),
            (Scope.BULK, _("Upload spreadsheets and publish them")),
            (Scope.DRAFTS, _("Save, read and delete drafts")),
            (Scope.READ, _("Read drafts")),
            (Scope.ADMIN, _("What administrators do: keys, members, agreements")),
        ],
        default=[*USUAL_SCOPES],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    expires = DateField(
        _("Last day"),
        [Optional()],
        description=_("From the next day on it is refused. Empty for never."),
    )


class NewWebhook(Form):
    """A new webhook."""

    url = URLField(
        _("Address of your receiver"),
        [GIVEN, Length(max=MAX_URL_CHARACTERS)],
        description=_("Changes are sent to it by POST. It is a public address."),
    )
    events = SelectMultipleField(
        _("What it is told of"),
        choices=[(event, event) for event in EVENTS],
        description=_("All of these, if you choose none."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    own = SelectField(
        _("Whose records"),
        choices=[("all", _("Of all organizations")), ("own", _("Of this organization"))],
        default="all",
    )


class Replay(Form):
    """The change that a webhook goes back to."""

    after = IntegerField(_("After which number"), [GIVEN], default=0)


class Did(Form):
    """A DID that is to be proved."""

    did = StringField(
        _("DID"), [GIVEN], description=_("Such as did:web:example.org, or did:key:z6Mk…")
    )


class Proof(Form):
    """The proof of a DID."""

    proof = TextAreaField(_("Signed JWT"), [GIVEN], render_kw={"rows": 6, "spellcheck": "false"})


class Partner(Form):
    """The wish to publish for another organization."""

    owner = StringField(
        _("CTID of the organization"), [GIVEN], description=_("Its page in the registry shows it.")
    )
    words = TextAreaField(_("Why you publish for it"), [GIVEN], render_kw={"rows": 3})


class Claim(Form):
    """The claim of an organization."""

    words = TextAreaField(
        _("How you belong to it"),
        [GIVEN],
        description=_("Your office, and who can confirm it."),
        render_kw={"rows": 4},
    )


class ForAnother(Form):
    """A document that is published for another organization."""

    document = TextAreaField(
        _("Document (JSON-LD)"),
        [GIVEN],
        description=_("It names the other organization as its owner."),
        render_kw={"rows": 12, "spellcheck": "false"},
    )


class Invite(Form):
    """An invitation."""

    email = EmailField(_("E-mail address"), [GIVEN])
    role = SelectField(_("Role"), choices=[(role, _(role)) for role in Role], default=Role.EDITOR)
