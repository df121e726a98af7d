"""The fixed forms of accounts."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from ctgraph.accounts.names import hidden, is_seen
from ctgraph.accounts.passkeys import MAX_PASSKEY_NAME_CHARACTERS
from ctgraph.accounts.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from ctgraph.accounts.people import MAX_NAME_CHARACTERS


class Given(InputRequired):
    """A field is filled in with something that a reader sees: blanks alone are nothing."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Make sure of it.

        :raises StopValidation: when not.
        """
        super().__call__(form, field)
        if isinstance(field.data, str) and not is_seen(field.data):
            raise StopValidation(str(self.message))


class Plain:
    """A name has no character that nobody sees."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Make sure of it.

        :raises ValidationError: when not.
        """
        if sign := hidden(field.data or ""):
            told = _("The name has the invisible character %(sign)s. Leave it out.", sign=sign)
            raise ValidationError(str(told))


GIVEN = Given(_("This is needed."))
"""What a field says that nobody filled in."""
EMAIL = {"autocomplete": "email"}
"""Attributes of a field for one's own address."""
_OLD = {"autocomplete": "current-password"}
_NEW = {
    "autocomplete": "new-password",
    "minlength": MIN_PASSWORD_CHARACTERS,
    "maxlength": MAX_PASSWORD_CHARACTERS,
}
_RULE = _(
    "%(least)s characters or more, and nothing that others would guess. "
    "A few words are easy to remember.",
    least=MIN_PASSWORD_CHARACTERS,
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
        _("Your name"),
        [GIVEN, Plain(), Length(max=MAX_NAME_CHARACTERS)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _("E-mail address"),
        [GIVEN],
        description=_("Best one of your organization: it helps to approve it."),
        render_kw=EMAIL,
    )
    password = PasswordField(_("Password"), [GIVEN], description=_RULE, render_kw=_NEW)


class SignIn(Form):
    """An account that exists."""

    email = EmailField(_("E-mail address"), [GIVEN], render_kw=EMAIL)
    password = PasswordField(_("Password"), [GIVEN], render_kw=_OLD)


class Code(Form):
    """A code of an authenticator."""

    code = StringField(
        _("Code"),
        [GIVEN],
        description=_("The six digits that your authenticator shows, or a recovery code."),
        render_kw={"autocomplete": "one-time-code"},
    )


class Authenticator(Form):
    """An authenticator that is set up."""

    code = StringField(
        _("Code"),
        [GIVEN],
        description=_("The six digits that your authenticator shows."),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )
    password = PasswordField(_("Password"), [GIVEN], render_kw=_OLD)


class NewPasskey(Form):
    """A passkey that is set up. A script fills in the answer of the browser."""

    name = StringField(
        _("Name of the passkey"),
        [GIVEN, Length(max=MAX_PASSKEY_NAME_CHARACTERS)],
        description=_("By which you know it again, such as that of the device."),
    )
    password = PasswordField(_("Password"), [GIVEN], render_kw=_OLD)
    answer = HiddenField()


class Passkey(Form):
    """A passkey that is used. A script fills in the answer of the browser."""

    answer = HiddenField()


class Password(Form):
    """The password, once more."""

    password = PasswordField(_("Password"), [GIVEN], render_kw=_OLD)


class Report(Form):
    """What a reader reports about a record."""

    words = TextAreaField(_("What is wrong?"), [GIVEN], render_kw={"rows": 5})
    email = EmailField(
        _("Your e-mail address"), description=_("For an answer, if you want one."), render_kw=EMAIL
    )


class WeeklyMail(Form):
    """An address that wants the weekly mail of a search."""

    email = EmailField(_("E-mail address"), [GIVEN], render_kw=EMAIL)


class Forgotten(Form):
    """An address that gets a link to a new password."""

    email = EmailField(_("E-mail address"), [GIVEN], render_kw=EMAIL)


class NewPassword(Form):
    """A new password, set by a link."""

    password = PasswordField(_("New password"), [GIVEN], description=_RULE, render_kw=_NEW)


class ChangePassword(Form):
    """A new password in the place of the old one."""

    old = PasswordField(_("Password until now"), [GIVEN], render_kw=_OLD)
    password = PasswordField(_("New password"), [GIVEN], description=_RULE, render_kw=_NEW)


class ChangeEmail(Form):
    """Another address."""

    email = EmailField(_("New e-mail address"), [GIVEN], render_kw=EMAIL)
    password = PasswordField(_("Password"), [GIVEN], render_kw=_OLD)


class Press(Form):
    """A button alone."""


class Words(Form):
    """What somebody says about an application."""

    words = TextAreaField(_("Message"), render_kw={"rows": 4})
