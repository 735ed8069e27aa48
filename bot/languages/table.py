"""The languages themselves: tag, names, script, and the words that betray each.

Function words are those a sentence can hardly do without and that the neighbours lack; words shared by
many languages ("a", "de", "in") tell nothing and are left out where they would mislead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Script(StrEnum):
    """Named as Unicode names its letters, but for Han and Kana."""

    LATIN = "Latin"
    CYRILLIC = "Cyrillic"
    GREEK = "Greek"
    ARABIC = "Arabic"
    HEBREW = "Hebrew"
    DEVANAGARI = "Devanagari"
    BENGALI = "Bengali"
    TAMIL = "Tamil"
    THAI = "Thai"
    HAN = "Han"
    KANA = "Kana"
    HANGUL = "Hangul"
    GEORGIAN = "Georgian"
    ARMENIAN = "Armenian"


@dataclass(frozen=True)
class Language:
    code: str
    name: str
    """In English: what the model is told."""
    also: tuple[str, ...] = ()
    """Other names and codes, in lower case."""
    scripts: tuple[Script, ...] = (Script.LATIN,)
    words: frozenset[str] = frozenset()

    @property
    def family(self) -> str:
        """The tag without region or script: ``pt`` for Brazilian Portuguese."""
        return self.code.partition("-")[0]


def _language(
    code: str, name: str, also: str = "", scripts: tuple[Script, ...] = (Script.LATIN,), words: str = ""
) -> Language:
    names = tuple(part.strip() for part in also.split(",") if part.strip())
    return Language(code, name, names, scripts, frozenset(words.split()))


_ENGLISH = (
    "the of and to is that for with by on as are from this which be can have has it its their these using than "
    "both between while into through at was were an we our or not but may must because under over such more when"
)

LANGUAGES: tuple[Language, ...] = (
    _language("en", "English", "englisch, anglais, inglés, inglese, eng", words=_ENGLISH),
    _language("en-GB", "British English", "english (uk), uk english", words=_ENGLISH),
    _language("en-US", "American English", "english (us), us english", words=_ENGLISH),
    _language("de", "German", "deutsch, allemand, alemán, tedesco, ger, deu", words=(
        "der die das und ist mit von den dem des ein eine einer eines einem einen für auf im zu sich nicht "
        "wird werden durch bei zur zum "
        "sind auch oder wie aus dass sowie zwischen über wurde wurden"
    )),
    _language("fr", "French", "français, francais, französisch, francés, francese, fre, fra", words=(
        "le la les des du et est une un pour dans par sur que qui avec ce cette ces sont aux au ont été entre "
        "plus ainsi leur à"
    )),
    _language("es", "Spanish", "español, espanol, castellano, spanisch, espagnol, spa", words=(
        "el la los las del y es una un para con por que en se al como más entre este esta estos son sobre "
        "mediante su sus ha han"
    )),
    _language("it", "Italian", "italiano, italienisch, italien, ita", words=(
        "il lo la gli le di del della dei delle e è una un per con che nel nella sono si tra dal dalla al "
        "alla questo questa ha hanno anche"
    )),
    _language("pt", "Portuguese", "português, portugues, portugiesisch, por", words=(
        "o os as do da dos das e é uma um para com que no na nos nas em por entre são ao mais como este esta "
        "foi foram não pelo pela"
    )),
    _language("pt-BR", "Brazilian Portuguese", "português brasileiro, português do brasil, portuguese (brazil)", words=(
        "o os as do da dos das e é uma um para com que no na nos nas em por entre são ao mais como este esta "
        "foi foram não pelo pela"
    )),
    _language("nl", "Dutch", "nederlands, niederländisch, néerlandais, dut, nld", words=(
        "het een van en is dat voor met op zijn wordt worden door bij aan deze die niet naar ook tussen uit "
        "over te als"
    )),
    _language(
        "sv", "Swedish", "svenska, schwedisch, swe",
        words="och att är en ett som på av för med det till den har inte från kan vid mellan genom",
    ),
    _language(
        "da", "Danish", "dansk, dänisch, dan",
        words="og at er en et som på af for med det til den har ikke fra kan ved mellem gennem blev",
    ),
    _language("no", "Norwegian", "norsk, nb, nn, bokmål, nynorsk, norwegisch, nor", words=(
        "og at er en et som på av for med det til den har ikke fra kan ved mellom gjennom ble"
    )),
    _language(
        "fi", "Finnish", "suomi, finnisch, fin",
        words="ja on että se ei ovat oli joka kuin myös sekä tai voidaan avulla välillä tämä",
    ),
    _language(
        "pl", "Polish", "polski, polnisch, pol",
        words="i w na z do że się jest nie dla oraz przez od po jak są które który przy za między",
    ),
    _language(
        "cs", "Czech", "čeština, cestina, tschechisch, cze, ces",
        words="a v na se je že pro s z do jsou nebo jako které který při mezi pomocí byla bylo",
    ),
    _language(
        "sk", "Slovak", "slovenčina, slovakisch",
        words="a v na sa je že pre s z do sú alebo ako ktoré ktorý pri medzi pomocou bola bolo",
    ),
    _language(
        "hu", "Hungarian", "magyar, ungarisch, hun",
        words="a az és hogy egy nem is van között által vagy amely mint ezt volt",
    ),
    _language(
        "ro", "Romanian", "română, romana, rumänisch, ron",
        words="și în de la cu pe pentru care este sunt din prin un o mai între al ale",
    ),
    _language(
        "tr", "Turkish", "türkçe, turkce, türkisch, tur",
        words="ve bir bu ile için olarak olan da de daha arasında gibi üzerinde göre",
    ),
    _language(
        "id", "Indonesian", "bahasa indonesia, bahasa, ind",
        words="yang dan di dengan untuk pada dari dalam ini adalah oleh antara ke tidak",
    ),
    _language(
        "vi", "Vietnamese", "tiếng việt, vie",
        words="và của các là cho trong với được một những này có để từ trên",
    ),
    _language(
        "ca", "Catalan", "català, catala, cat",
        words="el la els les del i és una un per amb que en al com més entre aquest aquesta són",
    ),
    _language("hr", "Croatian", "hrvatski", words="i u na je da se za od s su koji koja kao ili između"),
    _language("et", "Estonian", "eesti"),
    _language("lv", "Latvian", "latviešu"),
    _language("lt", "Lithuanian", "lietuvių"),
    _language("sl", "Slovenian", "slovenščina"),
    _language("eu", "Basque", "euskara"),
    _language("ga", "Irish", "gaeilge"),
    _language("ms", "Malay", "bahasa melayu"),
    _language("sw", "Swahili", "kiswahili"),
    _language("ru", "Russian", "русский, russkij, russisch, russe, ruso, rus", (Script.CYRILLIC,)),
    _language("uk", "Ukrainian", "українська, ukrainisch, ukr", (Script.CYRILLIC,)),
    _language("bg", "Bulgarian", "български", (Script.CYRILLIC,)),
    _language("sr", "Serbian", "српски, srpski", (Script.CYRILLIC, Script.LATIN)),
    _language("kk", "Kazakh", "қазақ", (Script.CYRILLIC, Script.LATIN)),
    _language("el", "Greek", "ελληνικά, griechisch, gre, ell", (Script.GREEK,)),
    _language("ar", "Arabic", "العربية, arabisch, arabe, ara", (Script.ARABIC,)),
    _language("fa", "Persian", "farsi, فارسی, per, fas", (Script.ARABIC,)),
    _language("ur", "Urdu", "اردو, urd", (Script.ARABIC,)),
    _language("he", "Hebrew", "עברית, iw, hebräisch, heb", (Script.HEBREW,)),
    _language("hi", "Hindi", "हिन्दी, हिंदी, hin", (Script.DEVANAGARI,)),
    _language("mr", "Marathi", "मराठी", (Script.DEVANAGARI,)),
    _language("bn", "Bengali", "বাংলা, bangla, ben", (Script.BENGALI,)),
    _language("ta", "Tamil", "தமிழ், tam", (Script.TAMIL,)),
    _language("th", "Thai", "ไทย, ภาษาไทย, tha", (Script.THAI,)),
    _language("ka", "Georgian", "ქართული", (Script.GEORGIAN,)),
    _language("hy", "Armenian", "հայերեն", (Script.ARMENIAN,)),
    _language("zh", "Chinese", "中文, 汉语, 漢語, mandarin, chinesisch, chinois, chi, zho", (Script.HAN,)),
    _language("zh-Hans", "Simplified Chinese", "简体中文, zh-cn, zh-sg, chinese (simplified)", (Script.HAN,)),
    _language("zh-Hant", "Traditional Chinese", "繁體中文, zh-tw, zh-hk, chinese (traditional)", (Script.HAN,)),
    _language("ja", "Japanese", "日本語, nihongo, japanisch, japonais, jpn", (Script.KANA, Script.HAN)),
    _language("ko", "Korean", "한국어, koreanisch, coréen, kor", (Script.HANGUL,)),
)  # fmt: skip

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "he"})
