"""The language of a summary."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest

from bot.summary.language import is_clearly_not

SAMPLES = {
    "en": "Investigate the effect of a buffer layer on the properties of thin films and show that it helps.",
    "de": "Untersucht den Einfluss einer Pufferschicht auf die supraleitenden Eigenschaften und zeigt Besserung.",
    "fr": "Étudie l'effet d'une couche tampon sur les propriétés des films et montre une amélioration.",
    "es": "Investiga las propiedades de los filmes y muestra que el efecto en las capas es grande.",
    "it": "Studia l’effetto di uno strato sulle proprietà dei film sottili e mostra che sono migliori della norma.",
    "nl": "Onderzoekt het effect van een bufferlaag op de eigenschappen van films en toont een verbetering.",
    "sv": "Undersöker hur ett buffertskikt påverkar de supraledande egenskaperna och att det är en förbättring.",
    "tr": "Bir tampon tabakanın ince filmler üzerinde etkisini ve bu etkinin nedenlerini birçok örnek ile inceler.",
    "ru": "Исследуется влияние буферного слоя на сверхпроводящие свойства тонких плёнок NbN.",
    "zh": "研究了ScN缓冲层对NbN薄膜超导性能的影响,临界温度从9 K提高到12.5 K,说明该方法有效。",
    "ja": "ScNバッファ層がNbN薄膜の超伝導特性に与える影響を調べ、臨界温度が上昇することを示した。",
    "ko": "ScN 완충층이 NbN 박막의 초전도 특성에 미치는 영향을 조사하여 임계 온도가 상승함을 보였다.",
    "ar": "دراسة تأثير طبقة عازلة من ScN على خصائص التوصيل الفائق لأغشية NbN الرقيقة.",
    "hi": "NbN की पतली फिल्मों के अतिचालक गुणों पर ScN परत के प्रभाव का अध्ययन किया गया।",
}


@pytest.mark.parametrize("asked", SAMPLES)
@pytest.mark.parametrize("given", SAMPLES)
def test_another_language_is_noticed(asked: str, given: str) -> None:
    """Each sample passes as its own language and as no other."""
    assert is_clearly_not(SAMPLES[given], asked) is (given != asked)


@pytest.mark.parametrize(
    "text", ["SnO₂, TiO₂ and ZnO.", "MoS₂", "", "$\\alpha$-RuCl$_3$", "GPT-4 vs. LLaMA-3: DPO, GRPO, PPO"]
)
def test_what_has_no_language_is_not_judged(text: str) -> None:
    """Formulas and names tell nothing."""
    assert not any(is_clearly_not(text, asked) for asked in ("en", "de", "fr"))


def test_a_terse_english_sentence_is_english() -> None:
    """Nouns in a row have few function words, but some."""
    texts = (
        "Photonic crystal fibre inverse design remains challenging because candidate geometries must satisfy "
        "coupled optical targets under expensive electromagnetic simulation.",
        "Speech-based classifiers showed reduced bias against demographic group mentions, especially ambiguous "
        "cases, unlike text-based classifiers, whose toxicity ratings changed little.",
        "σ(tq) = 25.4 (stat) (syst) (lumi) pb; R = 2.7 (stat) (syst); |V_tb| = 0.92 (exp) (thy) a b c d e f g h i j k",
    )
    assert not any(is_clearly_not(text, "English") for text in texts)
    assert is_clearly_not(
        "Penelitian menyelidiki pengaruh lapisan penyangga terhadap sifat film tipis superkonduktor "
        "kemudian menunjukkan bahwa suhu kritis meningkat tajam setelah perlakuan panas berulang kali",
        "English",
    )


def test_an_unknown_language_is_never_judged() -> None:
    """We can't refuse what we can't read."""
    assert not any(is_clearly_not(text, "Klingon") for text in SAMPLES.values())


def test_real_abstracts_are_english(shared: Path) -> None:
    """Of real English abstracts none is taken for another language, of their beginnings hardly any."""
    with gzip.open(shared / "arxiv/papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        abstracts = [json.loads(line)["abstract"] for line in islice(lines, 1500)]
    assert [text for text in abstracts if is_clearly_not(text, "English")] == []
    halves = [text[:200] for text in abstracts]
    assert sum(is_clearly_not(text, "English") for text in halves) <= 3
