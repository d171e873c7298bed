"""Is a text labelled with its language?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from doses import dose
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.language.detection import detect_language

SENTENCES = Path(__file__).parents[2] / "shared" / "data" / "langid" / "sentences"
needs_data = pytest.mark.skipif(not SENTENCES.is_dir(), reason="the shared data (../shared/data) is not here")

LONG_GREEK = "Η Αθήνα είναι η πρωτεύουσα της Ελλάδας και η μεγαλύτερη πόλη της χώρας."
LONG_FRENCH = "Le président de la République a reçu ce matin les ministres des affaires étrangères."
LONG_GERMAN = "Der Bundestag hat das Gesetz mit den Stimmen der Koalition beschlossen und nicht vertagt."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The leaders of the member states met in Astana on Thursday.", "en"),
        ("OIL PRICES RISE", "en"),
        ("Лидеры государств встретились в Астане, чтобы обсудить учения.", "ru"),
        ("Путин", "ru"),
        ("САММИТ ГЛАВ ГОСУДАРСТВ", "ru"),
        ("Компания Apple представила новый iPhone и MacBook в Калифорнии", "ru"),
        ("Президент України підписав закон про державний бюджет на наступний рік.", "uk"),
        ("Прэзідэнт Беларусі падпісаў указ аб гэтым яшчэ ўчора ўвечары.", "be"),
        ("Президентът на България се срещна със своя колега и каза, че ще подпише договора.", "bg"),
        ("Председникот се сретна со делегацијата и рече дека ќе го потпише договорот.", "mk"),
        ("Председник је рекао да ће уговор бити потписан следеће недеље у Београду.", "sr"),
        ("Қазақстан Президенті жаңа заңға қол қойды", "kk"),
        (LONG_GREEK, "el"),
        (LONG_FRENCH, "fr"),
        (LONG_GERMAN, "de"),
        ("日本の首相は東京で記者会見を開きました。", "ja"),
        ("", "und"),
        ("12.12.2024 — 3,5 % !!!", "und"),
        ("Ğğşş", "und"),
    ],
)
def test_labels(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_quotation_does_not_turn_the_label() -> None:
    text = "Министр сказал, что это было ошибкой: «Слава Україні», как написала газета New York Times. "
    assert detect_language(text * 3) == "ru"


def test_a_text_may_begin_with_a_table() -> None:
    assert detect_language("12,5 | 13,7 | 2024 \n" * 100 + "Лидеры государств встретились в Астане.") == "ru"


def test_the_same_text_gets_the_same_label() -> None:
    doubtful = "Marko Polo Sarajevo Zagreb Ljubljana Beograd Skopje Tirana é à"
    assert len({detect_language(doubtful) for _ in range(20)}) == 1


def test_the_program_s_own_langdetect_is_left_alone() -> None:
    code = (
        "from searchlib.language.detection import detect_language\n"
        "assert detect_language('Der Bundestag hat das Gesetz beschlossen und nicht vertagt.') == 'de'\n"
        "import langdetect; assert langdetect.DetectorFactory.seed is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_plain_news_loads_nothing_heavy() -> None:
    code = (
        "import sys; from searchlib.language import Analyzer; from searchlib.language.detection import detect_language; Analyzer()\n"
        "assert detect_language('The leaders of the member states met in Astana on Thursday.') == 'en'\n"
        "assert detect_language('Лидеры государств встретились, чтобы обсудить этот вопрос.') == 'ru'\n"
        "assert not {'langdetect', 'pymorphy3', 'Stemmer'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-X", "utf8", "-c", code], check=True)


@settings(max_examples=dose(150), deadline=None)
@given(st.text(max_size=80))
def test_any_text_gets_a_label(text: str) -> None:
    label = detect_language(text)
    assert label == "und" or (len(label) == 2 and label.isascii())


@needs_data
@pytest.mark.parametrize(
    ("language", "label", "least", "most"),
    [
        ("en", "en", 0.995, 1),
        ("ru", "ru", 0.995, 1),
        ("uk", "ru", 0, 0.03),
        ("bg", "ru", 0, 0.03),
        ("be", "ru", 0, 0.03),
        ("uk", "uk", 0.96, 1),
        ("bg", "bg", 0.96, 1),
        ("be", "be", 0.96, 1),
    ],
)
def test_real_sentences(language: str, label: str, least: float, most: float) -> None:
    lines = (SENTENCES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    sentences = [line for line in lines if line.strip()]
    share = sum(detect_language(sentence) == label for sentence in sentences) / len(sentences)
    assert least <= share <= most
