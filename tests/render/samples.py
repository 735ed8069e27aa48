"""Papers and digests of our own invention, for golden files and pictures. Nobody wrote these papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.channels.file import html, records
from bot.channels.file.records import ReportRecord
from bot.models import Digest, Entry, Hit, Paper, Place, Rank, Summary, SummarySource, Topic

COMPOSED_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MODEL = "gemini-flash-latest"
MICROSCOPY, NICKELATES = "electron-microscopy", "nickelates"

TOPICS = (
    Topic(
        name=MICROSCOPY,
        query='(all:"ptychography" OR all:"electron microscopy")',
        categories=("cond-mat.mtrl-sci", "physics.optics"),
        focus="how electron microscopy or ptychography was used",
    ),
    Topic(name=NICKELATES, keywords=("nickelate", "infinite-layer"), categories=("cond-mat.supr-con",)),
)
QUERIES = (
    '(all:"ptychography" OR all:"electron microscopy") AND (cat:cond-mat.mtrl-sci OR cat:physics.optics)',
    '(all:"nickelate" OR all:"infinite-layer") AND (cat:cond-mat.supr-con)',
)

# number, title, authors, categories, topics, objective, finding
_MORE = Path(__file__).parent / "more_papers.tsv"
_PAPERS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    (
        "2611.14207",
        r"Oxygen order in $\text{La}_3\text{Ni}_2\text{O}_{7-\delta}$ seen by multislice electron ptychography",
        "Mairéad Ní Bhriain; Tomáš Dvořáček; Yuki Hasegawa; Léonie Aubry-Castaing; Ibrahim Al-Sayegh; Nguyễn Thị Mai; "
        "Óscar Peñalver; Greta Lindqvist; Wei-Lun Tsai; Priya Raghunathan; Jonas Böhm; Ana-Maria Ştefănescu",
        "cond-mat.supr-con cond-mat.mtrl-sci physics.optics",
        f"{MICROSCOPY} {NICKELATES}",
        r"Locate the oxygen vacancies of bilayer nickelate films that lose their superconductivity when "
        r"$\delta$ exceeds $0.08$, which conventional annular bright-field images cannot do.",
        r"Multislice ptychography at a dose of $1.8 \times 10^5\,e^-/\text{Å}^2$ puts the vacancies on the inner "
        r"apical site, in planes $2.4$ nm apart. Films annealed in ozone at $350^\circ\text{C}$ refill them and reach "
        r"$T_c = 38 \pm 2$ K.",
    ),
    (
        "2611.13988",
        r"Twisted van der Waals cavities that sort excitons by valley",
        "Hannah O'Dwyer; Paweł Zieliński; K. Watanabe-Ito",
        "physics.optics cond-mat.mes-hall",
        MICROSCOPY,
        r"Find out whether a twist of $\theta \le 1.1^\circ$ between two $\text{WSe}_2$ sheets is enough to send "
        r"excitons of the $K$ and $K'$ valleys to opposite edges of an optical cavity.",
        r"Cathodoluminescence in a scanning transmission electron microscope shows the two populations $140$ nm "
        r"apart, with a contrast of $62\%$ that survives up to $90$ K.",
    ),
    (
        "2611.13764",
        r"How a grain boundary heals: four-dimensional STEM of $\alpha$-Fe under load",
        "Søren Kjærgaard; Małgorzata Wójcik; Danièle Lefèvre; B. K. Adeyemi; Chen Xiaoling; Tiago Guimarães",
        "cond-mat.mtrl-sci",
        MICROSCOPY,
        r"Follow, atom by atom, how a $\Sigma 5$ boundary in $\alpha$-Fe closes again once a shear stress of "
        r"$\tau \approx 0.9$ GPa is taken away.",
        r"Strain maps recorded at $25$ frames per second show that the boundary heals by the climb of a single "
        r"disconnection with $b = \frac{a}{5}[310]$, not by diffusion along it; the activation energy is "
        r"$E_a = 0.47(3)$ eV.",
    ),
    (
        "2611.13555",
        r"Infinite-layer $\text{Nd}_{1-x}\text{Sr}_x\text{NiO}_2$ without a capping layer",
        "Rosa Villanueva; Haruto Miyamoto; Elif Yıldız; Stefan Grünwald",
        "cond-mat.supr-con",
        NICKELATES,
        r"Grow infinite-layer nickelate films that keep their square-planar coordination without the "
        r"$\text{SrTiO}_3$ cap on which every earlier study relied.",
        r"A reduction with aluminium at $310^\circ\text{C}$ leaves $6$ nm films that superconduct below "
        r"$T_c^{\rm onset} = 19$ K for $x = 0.18$. Their upper critical field is isotropic within $5\%$, "
        r"unlike that of capped films.",
    ),
    (
        "2611.13341",
        r"A detector that counts to nine: direct electron imaging at $30$ kHz",
        "Ellen Achterberg; Raúl Ibáñez-Ferrer; Giulia Bonaventura; Michael T. Oyelaran",
        "physics.ins-det physics.optics",
        MICROSCOPY,
        r"Build a monolithic pixel detector which counts up to nine electrons per pixel and frame instead of "
        r"saturating at one.",
        r"The modulation transfer at the Nyquist frequency is $0.61$, and the detective quantum efficiency stays "
        r"above $0.8$ up to $40$ electrons per pixel and second. Ptychograms of a zeolite needed a quarter of the "
        r"usual dose.",
    ),
    (
        "2611.13127",
        r"Chemistry of \emph{in situ} battery cycling: $\text{Li}_3\text{PS}_4$ against Li "
        r"metal in a liquid-helium holder",
        "Anneliese Brückner; Sunil Karmakar; Olivia Fairweather; Zhang Mingyue",
        "cond-mat.mtrl-sci physics.chem-ph",
        MICROSCOPY,
        r"Watch the interphase between a sulphide electrolyte and lithium grow without the beam damage that has "
        r"blurred such images so far.",
        r"At $5$ K the critical dose rises to $\sim 10^{4}\,e^-/\text{nm}^2$, and $\text{Li}_2\text{S}$ nuclei of "
        r"$3$ nm appear first at steps of the metal. They cover it after $12$ cycles "
        r"at $0.5\,\text{mA}\,\text{cm}^{-2}$.",
    ),
    (
        "2611.12904",
        r"Hidden stripes and the charge gap of $\text{La}_4\text{Ni}_3\text{O}_{8}$",
        "Dalia Mansour; Erik Sandström; Ludmila Černá; Jae-won Paik; Marcus Whitlock",
        "cond-mat.str-el cond-mat.supr-con",
        NICKELATES,
        r"Decide whether the gap below $105$ K comes from charge stripes or from a change in the stacking of the "
        r"nickel-oxide trilayers.",
        r"Resonant diffraction finds stripes with $\mathbf{q} = (1/3, 1/3, 0)$ that survive to $180$ K, far above "
        r"the gap, which therefore needs the stacking as well.",
    ),
    (
        "2611.12689",
        r"Learning to align: a tomographic series in ninety seconds & twelve lines of code",
        "Fatoumata Diarra; Luca Gentileschi; Quentin Mercier; I. Petrović",
        "cs.CV cond-mat.mtrl-sci",
        MICROSCOPY,
        r"Replace hand-picked fiducial markers by a network that learns the tilt axis from the series itself.",
        r"Alignment errors fall from $1.9$ to $0.4$ pixels on $31$ public series, at a cost of $90$ s on one "
        r"graphics card. The network fails, and says so, when fewer than $20$ tilts are given.",
    ),
    (
        "2611.12470",
        r"Ferroelectric vortices in $(\text{PbTiO}_3)_{16}/(\text{SrTiO}_3)_{16}$ keep time",
        "Beatriz Ordóñez; Hideo Kawakami; Nils Øvergård; Chioma Eze; Pádraig Mac Suibhne",
        "cond-mat.mtrl-sci cond-mat.mes-hall",
        MICROSCOPY,
        r"Measure how fast polar vortices turn in a terahertz field, with electron pulses as the stroboscope.",
        r"Ultrafast electron diffraction gives a breathing mode at $0.08$ THz whose phase is locked to the field "
        r"within $4^\circ$ for more than $10^3$ periods.",
    ),
    (
        "2611.12255",
        r"Quantum oscillations from a small pocket in pressurised $\text{Pr}_4\text{Ni}_3\text{O}_{10}$",
        "Catriona MacLeod; Feng Yuhan; Matthieu Delacroix",
        "cond-mat.supr-con cond-mat.str-el",
        NICKELATES,
        r"Map the Fermi surface of a trilayer nickelate under the pressure at which it superconducts.",
        r"One pocket of frequency $F = 740 \pm 30$ T and mass $m^* = 2.1\,m_e$ is seen at $28$ GPa; it holds "
        r"$2.7\%$ of the zone and shrinks linearly with pressure.",
    ),
    (
        "2611.12031",
        r"Cryogenic electron microscopy of ice that never froze",
        "Ruth Abernathy; Ignatius Mwangi; Solveig Haugen",
        "physics.chem-ph cond-mat.soft",
        MICROSCOPY,
        r"Test whether water confined between graphene sheets at $-40^\circ\text{C}$ is a glass or a liquid.",
        r"Pair correlations from $40{,}000$ diffraction patterns stay those of a liquid down to $-62^\circ\text{C}$; "
        r"crystals appear only where the gap exceeds $1.1$ nm.",
    ),
    (
        "2611.11818",
        r"Erratum in the making: why $\sqrt{3} \times \sqrt{3}$ reconstructions fool the eye",
        "Marguerite de Boissieu; Y. Schrödl",
        "cond-mat.mtrl-sci",
        MICROSCOPY,
        r"Show that a reconstruction reported on $\text{Si}(111)$ can be an artefact of double diffraction.",
        r"Simulations reproduce every published spot without any reconstruction once $t > 14$ nm.",
    ),
)


def papers() -> tuple[Entry, ...]:
    """Twelve papers with summaries, newest first."""
    return tuple(_entry(index, *row) for index, row in enumerate(_PAPERS))


def thirty_six() -> Digest:
    """More than a Slack message has room for; six are told by their titles. Titles that match come first."""
    rows = [line.split("\t") for line in _MORE.read_text("utf-8").splitlines()]
    more = [_entry(index, *row) for index, row in enumerate(rows, start=len(_PAPERS))]
    entries = sorted((*papers(), *more), key=lambda entry: _hit(entry).place is not Place.TITLE)
    return digest(entries[:30], titles=[untold(entry) for entry in entries[30:]])


def _hit(entry: Entry) -> Hit:
    title = entry.paper.title.lower()
    found = (word for word in ("ptychography", "nickelate", "electron microscopy") if word in title)
    topical = "nickelate" if NICKELATES in entry.topics else "electron microscopy"
    word = next(found, "")
    return Hit(word, Place.TITLE) if word else Hit(topical, Place.ABSTRACT)


def digest(
    entries: Sequence[Entry] | None = None, *, titles: Sequence[Entry] = (), revised: Sequence[Entry] = ()
) -> Digest:
    """Ada's edition of 23 November 2026. Its last lines count the papers it has."""
    new = tuple(papers() if entries is None else entries)
    matched = len(new) + len(titles)
    return Digest(
        subscriber="ada",
        number=41,
        composed_at=COMPOSED_AT,
        timezone="Europe/London",
        language="English",
        topics=TOPICS,
        queries=QUERIES,
        entries=new,
        titles=tuple(titles),
        revised=tuple(revised),
        completeness=(
            "arXiv announced 412 papers in your categories since Friday's digest; all 412 were checked; "
            f"{matched} match{'es' if matched == 1 else ''}.",
            "Thursday's feed was missed; arXiv's search covered that day.",
        ),
        models=(MODEL,),
    )


def morning() -> Digest:
    """A digest with something of everything: a fallback, a withdrawal, titles, a revision, a notice."""
    twelve = papers()
    nine = list(twelve[:9])
    nine[4] = fallback(nine[4])
    nine[7] = withdrawn(nine[7])
    full = digest(nine, titles=[untold(entry) for entry in twelve[9:11]], revised=[revised(twelve[11])])
    return replace(
        full, notices=("Topic nickelates: arXiv's search did not answer this morning; its feed did.",)
    )


def empty() -> Digest:
    """A day without papers."""
    checked = "arXiv announced 188 papers in your categories since Friday's digest; all 188 were checked; none match."
    return replace(digest(()), completeness=(checked,), models=())


def fallback(entry: Entry) -> Entry:
    assert entry.summary is not None
    extract = replace(entry.summary, source=SummarySource.EXTRACTIVE, model="")
    return replace(entry, summary=extract, fallback=True)


def withdrawn(entry: Entry) -> Entry:
    comment = "Withdrawn by the authors: the tilt axis was off by one row"
    return replace(entry, withdrawn=True, paper=replace(entry.paper, version=2, comment=comment))


def untold(entry: Entry) -> Entry:
    return replace(entry, summary=None)


def revised(entry: Entry) -> Entry:
    paper = replace(entry.paper, version=3)
    return replace(entry, paper=paper, revised_from=1, changes=("title", "abstract"))


def _entry(
    index: int,
    arxiv_id: str,
    title: str,
    authors: str,
    categories: str,
    topics: str,
    objective: str,
    finding: str,
) -> Entry:
    published = datetime(2026, 11, 20, 17, 41, tzinfo=UTC) - timedelta(hours=9 * index)
    paper = Paper(
        arxiv_id=arxiv_id,
        version=1,
        title=title,
        abstract=f"{objective} {finding}",
        authors=tuple(authors.split("; ")),
        categories=tuple(categories.split()),
        published=published,
        updated=published,
    )
    entry = Entry(paper, tuple(topics.split()), Summary(objective, finding, SummarySource.MODEL, MODEL))
    return replace(entry, rank=_RANKS.get(index, Rank(hit=_hit(entry))))


_RANKS = {
    0: Rank(followed=("Yuki Hasegawa",), score=9, reason="oxygen order in bilayer nickelates"),
    1: Rank(score=7, reason="excitons in cavities"),
    2: Rank(reason="calibration, electron ptychography", fit=0.4),
    3: Rank(by_search=True),
}
"""One of each kind of reason; the other papers say which word matched."""


def reports() -> tuple[ReportRecord, ...]:
    """A folder with the digests of some weeks: only the latest has papers that it names."""
    days = [COMPOSED_AT - timedelta(days=days) for days in (0, 3, 4, 5, 6, 7, 10, 26, 27)]
    earlier = [
        ReportRecord(f"{day:%Y-%m-%d}-ada-{40 - index}.html", "ada", 40 - index, day.date(), day, count)
        for index, (day, count) in enumerate(zip(days[1:], (4, 0, 7, 1, 12, 3, 9, 5), strict=True))
    ]
    latest = records.read(f"{days[0]:%Y-%m-%d}-ada-41.html", html.render(morning()))
    assert latest
    return (latest, *earlier)
