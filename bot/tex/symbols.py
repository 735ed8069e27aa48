"""The characters that LaTeX's commands stand for, by class.

Letters keep the one character a person would search for: script, fraktur and bold letters stay plain
(see ``fonts``), the slanted relations are the common ones, and ``\\varepsilon`` is ε as ``\\epsilon`` is, the
character that arXiv's own metadata have for it (``VARIANTS`` for a text that uses both).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.lexicon import GREEK
from bot.tex.tree import AtomKind, Symbol


def _pairs(table: str) -> Iterator[tuple[str, str]]:
    """Names and what they stand for: entries are two spaces apart, an entry may have several names."""
    for line in table.strip().splitlines():
        for entry in re.split(r"\s{2,}", line.strip()):
            *names, text = entry.split(" ")
            for name in names:
                yield name, text


_LETTERS = """
varGamma Γ  varDelta Δ  varTheta Θ  varLambda Λ  varXi Ξ  varPi Π  varSigma Σ  varUpsilon Υ  varPhi Φ  varPsi Ψ
varOmega Ω
upalpha α  upbeta β  upgamma γ  updelta δ  upepsilon ε  upeta η  uptheta θ  upkappa κ  uplambda λ  upmu μ
upnu ν  uppi π  uprho ρ  upsigma σ  uptau τ  upphi upvarphi φ  upchi χ  uppsi ψ  upomega ω  Upomega Ω
aleph ℵ  beth ℶ  gimel ℷ  daleth ℸ  hbar hslash ħ  dbar đ  ell ℓ  wp ℘  imath ı  jmath ȷ  eth ð  mho ℧
partial ∂  nabla Nabla ∇  infty ∞  emptyset varnothing ∅  Box square Square □  blacksquare ■  Diamond ◇
diamondsuit ♢  heartsuit ♡  clubsuit ♣  spadesuit ♠  triangle vartriangle bigtriangleup △
triangledown bigtriangledown ▽  blacktriangle ▲  lozenge ◊  bigstar ★  angle ∠  measuredangle ∡  top ⊤  bot ⊥
forall ∀  exists ∃  nexists ∄  neg lnot ¬  prime '  backprime ‵  flat ♭  natural ♮  sharp ♯  surd √
ldots dots dotsc dotso hdots …  cdots dotsb dotsm dotsi ⋯  vdots ⋮  ddots ⋱  dagger dag †  ddagger ddag ‡
vert |  Vert ‖  Bbbk 𝕜  complement ∁  degree textdegree °  pounds £  yen ¥  euro €  checkmark ✓
copyright ©  circledR textregistered ®  AA Å  aa å  ss ß  ae æ  AE Æ  oe œ  OE Œ  slash /  textmu μ
fs ˢ.  fm ᵐ.  fh ʰ.  celsius °C  degreeCelsius °C
arcsec ″  arcmin ′  arcdeg degr °  farcs ″.  farcm ′.  fdg °.  micron μm  sun ⊙  earth ⊕
llcorner ⌞  lrcorner ⌟  ulcorner ⌜  urcorner ⌝  # #  % %  & &  $ $  _ _  | ‖
"""

_LARGE = """
sum ∑  prod ∏  coprod ∐  int intop smallint ∫  iint ∬  iiint ∭  idotsint ∫⋯∫  oint ∮  oiint ∯  fint ⨍
bigcup ⋃  bigcap ⋂  bigsqcup ⨆  bigvee ⋁  bigwedge ⋀  bigoplus ⨁  bigotimes ⨂  bigodot ⨀  biguplus ⨄
"""

_NAMES = """
arccos arcsin arctan arctanh arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom inf inj ker
lcm lg lim liminf limsup ln log max min Pr proj sec sech sin sinh sup tan tanh tr Tr Re Im
sgn sign supp rank diag dist diam vol Vol Hom End Aut Ext Tor Ker Coker coker im id Id Spec Proj Gal
grad curl rot Div Res Ric Hess Lip Span span Var Cov codim trace ord loc ess meas spt
erf poly polylog Sym Rep Ind Ad ad GL SL SU SO Sp
"""

_BINARY = """
pm ±  mp ∓  times ×  div ÷  otimes ⊗  oplus ⊕  ominus ⊖  odot ⊙  oslash ⊘  boxtimes ⊠  boxplus ⊞
cup ∪  cap ∩  Cup ⋓  Cap ⋒  sqcup ⊔  sqcap ⊓  uplus ⊎  setminus smallsetminus backslash ∖
vee lor ∨  wedge land ∧  ltimes ⋉  rtimes ⋊  bowtie ⋈  amalg ⨿  wr ≀  triangleleft ◁  triangleright ▷
dotplus ∔  bigcirc ◯  barwedge ⊼  veebar ⊻  curlywedge ⋏  curlyvee ⋎
"""

_TIGHT_BINARY = """
cdot centerdot cdotp ·  circ ∘  ast ∗  star ⋆  bullet •  diamond ⋄  intercal ⊺
"""

_RELATIONS = """
le leq leqslant lessdot ≤  ge geq geqslant ≥  ne neq ≠  lt <  gt >  ll ≪  gg ≫  lll ⋘  ggg ⋙
leqq ≦  geqq ≧  lneq lneqq ⪇  gneq gneqq ⪈  lesssim ≲  gtrsim ≳  lessapprox ⪅  gtrapprox ⪆  lessgtr ≶
gtrless ≷  gtreqqless ⪌  equiv ≡  approx thickapprox ≈  approxeq ≊  sim thicksim ∼  simeq backsimeq ≃
cong ≅  asymp ≍  doteq ≐  triangleq ≜  coloneqq coloneq defeq eqdef :=  eqqcolon =:  dblcolon ∷
in ∈  ni owns ∋  notin ∉  subset ⊂  supset ⊃  subseteq ⊆  supseteq ⊇  subsetneq varsubsetneq ⊊  supsetneq ⊋
subseteqq ⊆  subsetneqq varsubsetneqq ⫋  supsetneqq ⫌  nsubseteq ⊈  nsupseteq ⊉  Subset ⋐  Supset ⋑
sqsubset ⊏  sqsubseteq ⊑  sqsupset ⊐  sqsupseteq ⊒  propto varpropto ∝
prec ≺  succ ≻  preceq preccurlyeq ≼  succeq succcurlyeq ≽
perp ⊥  parallel shortparallel ∥  nparallel ∦  mid |  nmid ∤  vdash ⊢  dashv ⊣  models vDash ⊨  Vdash ⊩
trianglelefteq unlhd ⊴  trianglerighteq ⊵  lhd ⊲  rhd ⊳  smile ⌣  frown ⌢  pitchfork ⋔  therefore ∴  because ∵
to rightarrow longrightarrow →  gets leftarrow longleftarrow ←  leftrightarrow longleftrightarrow ↔
Rightarrow Longrightarrow implies ⇒  Leftarrow Longleftarrow impliedby ⇐  Leftrightarrow Longleftrightarrow iff ⇔
mapsto longmapsto ↦  hookrightarrow ↪  hookleftarrow ↩  rightharpoonup ⇀  rightharpoondown ⇁  leftharpoonup ↼
rightleftharpoons ⇌  leftrightharpoons ⇋  rightleftarrows ⇄  leftrightarrows ⇆  rightrightarrows ⇉
twoheadrightarrow ↠  rightarrowtail ↣  dashrightarrow ⇢  dashleftarrow ⇠  leadsto rightsquigarrow ⇝
leftrightsquigarrow ↭  multimap ⊸  nrightarrow ↛  nleftarrow ↚  nRightarrow ⇏  upharpoonright restriction ↾
circlearrowright ↻  circlearrowleft ↺  curvearrowright ↷  hookarrow ↪  nleq ≰  ngeq ≱  nsim ≁  ncong ≇
"""

_ARROWS_ALONE = """
uparrow ↑  downarrow ↓  updownarrow ↕  Uparrow ⇑  Downarrow ⇓  nearrow ↗  searrow ↘  swarrow ↙  nwarrow ↖
"""

_OPENING = """
langle ⟨  lbrack [  lfloor ⌊  lceil ⌈  lbrace {  lvert |  lVert ‖  llbracket ⟦  lgroup (  { {
"""

_CLOSING = """
rangle ⟩  rbrack ]  rfloor ⌋  rceil ⌉  rbrace }  rvert |  rVert ‖  rrbracket ⟧  rgroup )  } }
"""

_CHARACTERS = {
    AtomKind.RELATION: "=<>≤≥≠≈≡∼≃≅∝∈∉∋⊂⊃⊆⊇⊊→←↔⇒⇐⇔↦≪≫≲≳≺≻⊢⊨∥",
    AtomKind.OPEN: "([⟨⌊⌈⟦",
    AtomKind.CLOSE: ")]⟩⌋⌉⟧",
    AtomKind.PUNCTUATION: ",;",
    AtomKind.OPERATOR: "∑∏∫∬∭∮⋃⋂⨁⨂",
}
_SPACED_CHARACTERS = "±∓×÷⊗⊕∪∩∖∨∧⋊⋉"
_AUTHOR_SPACED_CHARACTERS = "+-−*/·∘∗⋆:"


def _symbols() -> dict[str, Symbol]:
    table: dict[str, Symbol] = {name: Symbol(name, AtomKind.OPERATOR) for name in _NAMES.split()}
    table |= {name: Symbol(letter, AtomKind.ORDINARY) for name, letter in GREEK.items()}
    for source, kind, spaced in (
        (_LETTERS, AtomKind.ORDINARY, False),
        (_ARROWS_ALONE, AtomKind.ORDINARY, False),
        (_LARGE, AtomKind.OPERATOR, False),
        (_BINARY, AtomKind.BINARY, True),
        (_TIGHT_BINARY, AtomKind.BINARY, False),
        (_RELATIONS, AtomKind.RELATION, False),
        (_OPENING, AtomKind.OPEN, False),
        (_CLOSING, AtomKind.CLOSE, False),
    ):
        table.update((name, Symbol(text, kind, spaced)) for name, text in _pairs(source))
    table["colon"] = Symbol(":", AtomKind.PUNCTUATION, spaced=True)
    table["limsup"], table["liminf"] = (
        Symbol("lim sup", AtomKind.OPERATOR),
        Symbol("lim inf", AtomKind.OPERATOR),
    )
    table["varlimsup"], table["varliminf"] = table["limsup"], table["liminf"]
    table["varinjlim"] = table["injlim"] = Symbol("inj lim", AtomKind.OPERATOR)
    table["esssup"], table["essinf"] = (
        Symbol("ess sup", AtomKind.OPERATOR),
        Symbol("ess inf", AtomKind.OPERATOR),
    )
    table["argmax"], table["argmin"] = (
        Symbol("arg max", AtomKind.OPERATOR),
        Symbol("arg min", AtomKind.OPERATOR),
    )
    return table


def _characters() -> dict[str, Symbol]:
    table = {text: Symbol(text, kind) for kind, texts in _CHARACTERS.items() for text in texts}
    table.update((text, Symbol(text, AtomKind.BINARY, spaced=True)) for text in _SPACED_CHARACTERS)
    table.update((text, Symbol(text, AtomKind.BINARY)) for text in _AUTHOR_SPACED_CHARACTERS)
    return table


SYMBOLS = _symbols()
"""Command names (without backslash) that stand for one atom of a formula."""

CHARACTERS = _characters()
"""Characters of a formula that are not ordinary."""

LARGE_OPERATORS = frozenset(text for _, text in _pairs(_LARGE))

ROMAN_OPERATORS = frozenset(
    [name for name in _NAMES.split() if name.islower() and len(name) > 2]
    + ["ln", "lg", "tr", "Tr", "Res", "Ric", "Hom", "Ext", "Ker", "Var", "Cov", "Hess", "Vol", "div"]
)
"""Names that are operators when they are set upright too (``{\\rm div}\\,u``); no chemical element is one."""

NEGATED = dict(
    zip(
        "=<>≤≥≡∼≃≅≈∈∋⊂⊃⊆⊇|∥→←⇒⇐⇔∃≺≻⊢⊨≲≳⊴⊵",
        "≠≮≯≰≱≢≁≄≇≉∉∌⊄⊅⊈⊉∤∦↛↚⇏⇍⇎∄⊀⊁⊬⊭≴≵⋬⋭",
        strict=True,
    )
)
"""What ``\\not`` makes of a relation; anything else takes a combining slash."""

VARIANTS = {"varepsilon": ("epsilon", "ε", "ϵ"), "varphi": ("phi", "φ", "ϕ")}
"""A letter's second form: the command and the character of the first, and what tells the second from it
in a text that has both. arXiv turns only the first forms into characters, so either spelling counts."""

SPACES = frozenset(
    [
        *(",", ":", ";", ">", " ", "\n", "\t", "quad", "qquad", "enspace", "enskip", "thinspace", "medspace"),
        *("space", "hfill", "par", "newline", "linebreak", "nobreakspace", "smallskip", "medskip", "bigskip"),
    ]
)
"""Commands that print as white space."""

_TEXT_SYMBOLS = """
ss ß  SS ẞ  o ø  O Ø  l ł  L Ł  ae æ  AE Æ  oe œ  OE Œ  aa å  AA Å  i ı  j ȷ  dj đ  DJ Đ  th þ  TH Þ  dh ð
DH Ð  ng ŋ  NG Ŋ  S §  P ¶  dag †  ddag ‡  textdagger †  textsection §  textordmasculine º  textordfeminine ª
textquotedblleft “  textquotedblright ”  textquoteleft ‘  textquoteright ’  lq ‘  rq ’  glqq „  grqq “
guillemotleft «  guillemotright »  guilsinglleft ‹  guilsinglright ›  textquotesingle '  textquotedbl "
textasciitilde ~  textasciicircum ^  textbackslash \\  textless <  textgreater >  textbar |  textbardbl ‖
textunderscore _  textdollar $  textbraceleft {  textbraceright }  textasteriskcentered *  slash /
textendash –  textemdash —  textellipsis …  ldots …  dots …  textbullet •  textperiodcentered ·  textnumero №
textdegree °  textcelsius °C  textmu μ  textohm Ω  textpm ±  texttimes ×  textdiv ÷  textminus −
textperthousand ‰  textpertenthousand ‱  textonehalf ½  textonequarter ¼  textthreequarters ¾
textonesuperior ¹  texttwosuperior ²  textrightarrow →  textleftarrow ←  textuparrow ↑  textdownarrow ↓
textregistered ®  texttrademark ™  textcopyright ©  copyright ©  texteuro €  euro €  textsterling £  pounds £
textyen ¥  LaTeX LaTeX  TeX TeX  BibTeX BibTeX  eg e.g.  ie i.e.  etc etc.  cf cf.  wrt w.r.t.  iid i.i.d.
vs vs.  viz viz.  resp resp.  # #  % %  & &  $ $  _ _  { {  } }  | ‖
"""

TEXT_SYMBOLS = dict(_pairs(_TEXT_SYMBOLS)) | {"etal": "et al."}
"""Commands of running text that stand for characters."""

SWALLOWING = frozenset(
    "ss SS o O l L ae AE oe OE aa AA i j dj DJ th TH dh DH ng NG S P slash textless textemdash textendash"
    " textquotedblleft textquoteleft lq textasciitilde textbackslash lbrace farcs farcm fdg fs fm fh".split()
)
"""Commands after which authors put a space only to end them: ``S\\o rensen``."""
