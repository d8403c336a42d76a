"""Templates get their words as the translation extension of the engine gives them."""

from __future__ import annotations

import gettext

from clavis_gateway.login.i18n import Language
from clavis_gateway.login.render import _translating
from jinja2 import Environment

WORDS = {"Hola": "Ola", "Hola %(name)s": "Ola %(name)s", "Un <b>": "Un <b>", "50 %%": "50 %%"}
TEMPLATE = """
{{ _("Hola") }}{{ _("Hola") }} {{ _("Hola %(name)s", name=name) }} {{ gettext("Un <b>") }}
{{ _("50 %%") }} {% trans %}Hola{% endtrans %} {% trans name=name %}Hola {{ name }}{% endtrans %}
{{ _("<i>%(name)s</i>", name=name) }} {{ _("Nadie") }}
"""


class Catalogue(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return WORDS.get(message, message)


def environment() -> Environment:
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    catalogue = Catalogue()
    made.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    return made


def test_words_are_those_of_the_extension() -> None:
    theirs, ours = environment(), environment()
    gettext_of_ours = _translating(Language("gl", "Galego", Catalogue()))
    ours.globals["gettext"] = ours.globals["_"] = gettext_of_ours
    for name in ("Ana", "<script>", "%s %(x)s", "Ana & Eva"):
        expected = theirs.from_string(TEMPLATE).render(name=name)
        assert ours.from_string(TEMPLATE).render(name=name) == expected
        assert "Ola" in expected
        assert "<script>" not in expected
