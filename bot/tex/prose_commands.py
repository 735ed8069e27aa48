"""The commands of running text: accents, faces, links, citations, lists."""

from __future__ import annotations

import re

from bot.tex.accents import TEXT_ACCENTS, accent_prose
from bot.tex.bare import ion_stage
from bot.tex.chemistry import chemistry
from bot.tex.math_commands import HANDLERS as MATH_HANDLERS
from bot.tex.reader import Cursor, Handler, SourceReader
from bot.tex.symbols import SPACES, SYMBOLS
from bot.tex.tree import Face, Math, Prose, Row, Scripts, Style, Text

_URL_ESCAPE = re.compile(r"\\([_#%&~$^{}\\])(?:\{\})?|\\(?:textasciitilde|string|sim)\s*(?:\{\})?~?|[{}]")
_URL_END = re.compile(r"^https?://(?:www\.)?|/$")
_VERBATIM = re.compile(r"\*?([^A-Za-z\s])(.*?)\1", re.DOTALL)


def url(source: str) -> str:
    """The address that a LaTeX source means: ``\\_`` is ``_``, ``\\~{}`` is ``~``."""
    return _URL_ESCAPE.sub(lambda match: match[1] or ("" if match[0] in "{}" else "~"), source).strip()


def _styled(face: Face) -> Handler:
    def handler(reader: SourceReader, cursor: Cursor, _: str) -> Row:
        return (Style(face, reader.prose_argument(cursor)),)

    return handler


def _code(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Style(Face.CODE, reader.code_argument(cursor)),)


def _transparent(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Prose(reader.prose_argument(cursor)),)


def _small_capitals(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    start = cursor.position - len(name) - 1
    body = reader.prose_argument(cursor)
    stage = ion_stage(reader.source, start, cursor.position)
    return (Text(stage),) if stage else (Prose(body),)


def _second(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    reader.raw_argument(cursor)
    return (Prose(reader.prose_argument(cursor)),)


def _first(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    body = reader.prose_argument(cursor)
    reader.raw_argument(cursor)
    return (Prose(body),)


def _nothing(_reader: SourceReader, _cursor: Cursor, _name: str) -> Row:
    return ()


def _space(_reader: SourceReader, _cursor: Cursor, _name: str) -> Row:
    return (Text(" "),)


def _drop_argument(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    reader.raw_argument(cursor)
    return ()


def _accent(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    return accent_prose(reader.prose_argument(cursor), TEXT_ACCENTS[name])


def _letter_accent(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    """``\\v{s}``, ``\\c c``; also ``\\b{eta}``, which arXiv's own conversion makes of ``\\beta``."""
    ahead = Cursor(cursor.position, cursor.end)
    argument = reader.raw_argument(ahead)
    if len(argument) > 1 and name + argument in SYMBOLS:
        cursor.position = ahead.position
        return (Math((SYMBOLS[name + argument],)),)
    follows = reader.source[cursor.position : cursor.position + 1]
    if not (follows == "{" or follows == "\\" or (follows.isspace() and argument.isalpha())):
        return (Text(name),)
    return _accent(reader, cursor, name)


def _address(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Text(url(reader.raw_argument(cursor))),)


def _link(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """The linked words, and the address after them unless they are the address."""
    address = url(reader.raw_argument(cursor))
    if not reader.has_argument(cursor):
        return (Text(address),)
    start = cursor.position
    words = reader.prose_argument(cursor)
    shown = re.sub(r"\\[A-Za-z]+(?:\{\w+\}(?=\{))?|\s", "", reader.source[start : cursor.position])
    if not words or _URL_END.sub("", url(shown)) == _URL_END.sub("", address):
        return (Text(address),)
    return (Prose(words), Text(f" ({address})"))


def _citation(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    """``[key]``: the numbers of the paper's own list are nowhere in its metadata."""
    notes: list[Row] = []
    while (start := _option_start(reader, cursor)) is not None:
        notes.append(reader.prose(start, cursor.position - 1, start - 1))
    keys = ", ".join(key.strip() for key in reader.raw_argument(cursor).split(","))
    if not keys and not notes:
        return ()
    before = (*notes[0], Text(" ")) if len(notes) > 1 and notes[0] else ()
    after = (Text(", "), *notes[-1]) if notes and notes[-1] else ()
    return (Prose((Text("["), *before, Text(keys), *after, Text("]"))),)


def _option_start(reader: SourceReader, cursor: Cursor) -> int | None:
    start = cursor.position
    if reader.option(cursor) is None:
        return None
    return reader.source.index("[", start) + 1


def _reference(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    key = reader.raw_argument(cursor).strip()
    if not key:
        return ()
    plain = len(key) <= 4 and name == "eqref"
    return (Text(f"({key})" if plain else f"[{key}]"),)


def _footnote(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    body = reader.prose_argument(cursor)
    return (Text(" ("), *body, Text(")")) if body else ()


def _quoted(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Text("“"), *reader.prose_argument(cursor), Text("”"))


def _verbatim(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    match = _VERBATIM.match(reader.source, cursor.position, min(cursor.end, cursor.position + 200))
    if match is None:
        return ()
    cursor.position = match.end()
    return (Style(Face.CODE, (Text(match[2]),)),)


def _script(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    body = reader.prose_argument(cursor)
    return (Scripts(None, sub=body) if name == "textsubscript" else Scripts(None, sup=body),)


def _chemistry(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Math(chemistry(reader.raw_argument(cursor))),)


def _as_formula(reader: SourceReader, cursor: Cursor, name: str) -> Row:
    return (Math(MATH_HANDLERS[name](reader, cursor, name)),)


def _ensured(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    return (Math(reader.math_argument(cursor)),)


def _words_of_reference(reader: SourceReader, cursor: Cursor, _: str) -> Row:
    reader.option(cursor)
    return (Prose(reader.prose_argument(cursor)),)


_TABLE: tuple[tuple[Handler, str], ...] = (
    (_styled(Face.EMPHASIS), "emph textit textsl"),
    (_styled(Face.STRONG), "textbf"),
    (_code, "texttt code"),
    (_small_capitals, "textsc"),
    (_transparent, "textrm textsf textup textmd textnormal text mbox hbox fbox boxed underline uline"),
    (
        _transparent,
        "uwave sout hl uppercase lowercase MakeUppercase section subsection subsubsection paragraph",
    ),
    (_transparent, "title keywords Keywords abstract caption centerline"),
    (_second, "textcolor colorbox scalebox raisebox foreignlanguage hyperlink hypertarget"),
    (_first, "replaced texorpdfstring"),
    (_words_of_reference, "hyperref"),
    (_address, "url nolinkurl path doi"),
    (_link, "href"),
    (_citation, "cite citep citet citealp citealt citeauthor citeyear citeyearpar cites parencite textcite"),
    (_citation, "Citet Citep citeN ncite autocite footcite nocite citep* citet*"),
    (_reference, "ref eqref cref Cref autoref pageref nameref refeq vref"),
    (_footnote, "footnote thanks footnotetext"),
    (_quoted, "enquote textquote say"),
    (_verbatim, "verb lstinline"),
    (_script, "textsuperscript textsubscript"),
    (_chemistry, "ce ch"),
    (_as_formula, "SI si qty unit num ang SIrange qtyrange numrange ion unicode ding rule"),
    (_as_formula, "hspace hspace* vspace vspace* mspace hskip vskip kern mkern mskip \\"),
    (_ensured, "ensuremath"),
    (
        _drop_argument,
        "label color phantom hphantom vphantom pagestyle bibliographystyle includegraphics index",
    ),
    (_drop_argument, "hypersetup deleted"),
    (
        _nothing,
        "noindent centering xspace footnotemark protect allowbreak nobreak maketitle null indent strut",
    ),
    (_nothing, "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge relax newblock"),
    (_nothing, "displaystyle limits nobreakdash frenchspacing expandafter raggedright leavevmode"),
    (_nothing, "be ee beq eeq bea eea ben een"),
)

HANDLERS: dict[str, Handler] = {
    **{name: handler for handler, names in _TABLE for name in names.split()},
    **{name: _letter_accent if name.isalpha() else _accent for name in TEXT_ACCENTS},
    **dict.fromkeys(SPACES, _space),
    **dict.fromkeys("-/@!", _nothing),
}
"""What a command does in running text, by name."""
