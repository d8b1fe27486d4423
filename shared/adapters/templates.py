"""Templates for people: HTML escapes what it shows, and a missing value is an error."""

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from shared.adapters.formats import LOCALES, Formats
from shared.adapters.words import Words

FALLBACK = "en"
LETTER_FILES = ("letter.toml", "sms.toml")
FOLDER = Path(__file__).parent.parent / "templates"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Voice:
    """One language: how it writes values, its words, and the templates that use both."""

    language: str
    formats: Formats
    words: Words
    environment: Environment

    def render(self, name: str, **values: object) -> str:
        """Return template name (a path under shared/templates) in this language."""
        return self.environment.get_template(name).render(**values)


@dataclass(frozen=True, slots=True)
class LetterVoice:
    """One language of letters and text messages: how it writes values, and its words."""

    language: str
    formats: Formats
    words: Words


class Templates:
    """One voice per language, made when that language is first asked for."""

    def __init__(self) -> None:
        self._voices: dict[str, Voice] = {}
        self._letters: dict[str, LetterVoice] = {}

    def voice(self, *wanted: str) -> Voice:
        """Return the voice of the first of wanted that there are words for, else of English."""
        language = next((code for code in wanted if code in LOCALES), FALLBACK)
        if language not in self._voices:
            self._voices[language] = _voice(language)
        return self._voices[language]

    def letter_voice(self, *wanted: str) -> LetterVoice:
        """Return the voice for letters of the first of wanted that has one, else of English."""
        language = next((code for code in wanted if code in LOCALES), FALLBACK)
        if language not in self._letters:
            formats = Formats(language)
            words = Words(FOLDER / language, formats, LETTER_FILES)
            self._letters[language] = LetterVoice(language, formats, words)
        return self._letters[language]


def one_line(text: str) -> str:
    """Return text without control characters, its line breaks as spaces: safe in a header."""
    return _CONTROLS.sub("", " ".join(text.split()))


def _voice(language: str) -> Voice:
    formats = Formats(language)
    words = Words(FOLDER / language, formats)
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_without_controls,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = formats.money
    environment.filters["number"] = formats.number
    environment.filters["decimal"] = formats.decimal
    environment.filters["percent"] = formats.percent
    environment.filters["day"] = formats.day
    environment.filters["dated"] = formats.dated
    environment.filters["long_day"] = formats.long_day
    environment.globals["t"] = words
    environment.globals["language"] = language
    return Voice(language, formats, words, environment)


def _without_controls(value: object) -> object:
    """Return text without control and direction-override characters, which only deceive."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _CONTROLS.sub("", value)
    return value
