"""What months and zones are called where, and which languages put the day before the month.

A name is looked up folded (`fold`): small letters without accents. No name means two months in
any of these languages, so none needs the language to be known (a test holds it).
"""

import unicodedata
from datetime import timedelta
from typing import Final


def fold(text: str) -> str:
    """Return `text` in small letters without accents, as the names here are looked up."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if not unicodedata.combining(char))


# Twelve months parted by "|", each with its names and usual short forms.
MONTH_NAMES: Final = {
    "nl": "januari jan|februari feb febr|maart mrt|april apr|mei|juni jun|juli jul|augustus aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "en": "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug"
    "|september sept sep|october oct|november nov|december dec",
    "de": "januar jänner jan jän|februar feber feb|märz mär mrz|april apr|mai|juni jun|juli jul"
    "|august aug|september sept sep|oktober okt|november nov|dezember dez",
    "fr": "janvier janv jan|février févr fév|mars mar|avril avr|mai|juin|juillet juil juill|août"
    "|septembre sept sep|octobre oct|novembre nov|décembre déc",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago"
    "|septiembre setiembre sept sep set|octubre oct|noviembre nov|diciembre dic",
    "it": "gennaio gen genn|febbraio feb febbr|marzo mar|aprile apr|maggio mag|giugno giu"
    "|luglio lug|agosto ago|settembre sett set|ottobre ott|novembre nov|dicembre dic",
    "pt": "janeiro jan|fevereiro fev|março mar|abril abr|maio mai|junho jun|julho jul|agosto ago"
    "|setembro set|outubro out|novembro nov|dezembro dez",
    "ca": "gener gen|febrer febr|març|abril abr|maig|juny|juliol jul|agost|setembre set"
    "|octubre oct|novembre nov|desembre des",
    "pl": "stycznia styczeń sty|lutego luty lut|marca marzec mar|kwietnia kwiecień kwi|maja maj"
    "|czerwca czerwiec cze|lipca lipiec lip|sierpnia sierpień sie|września wrzesień wrz"
    "|października październik paź|listopada listopad lis|grudnia grudzień gru",
    "cs": "ledna leden led|února únor úno|března březen bře|dubna duben dub|května květen kvě"
    "|června červen čvn|července červenec čvc|srpna srpen srp|září zář|října říjen říj"
    "|listopadu listopad lis|prosince prosinec pro",
    "sk": "januára január jan|februára február feb|marca marec mar|apríla apríl apr|mája máj"
    "|júna jún|júla júl|augusta august aug|septembra september sep|októbra október okt"
    "|novembra november nov|decembra december dec",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "sv": "januari jan|februari feb febr|mars mar|april apr|maj|juni jun|juli jul|augusti aug"
    "|september sept sep|oktober okt|november nov|december dec",
    "nb": "januar jan|februar feb|mars mar|april apr|mai|juni jun|juli jul|august aug"
    "|september sept sep|oktober okt|november nov|desember des",
    "fi": "tammikuuta tammikuu tammi|helmikuuta helmikuu helmi|maaliskuuta maaliskuu maalis"
    "|huhtikuuta huhtikuu huhti|toukokuuta toukokuu touko|kesäkuuta kesäkuu kesä"
    "|heinäkuuta heinäkuu heinä|elokuuta elokuu elo|syyskuuta syyskuu syys|lokakuuta lokakuu loka"
    "|marraskuuta marraskuu marras|joulukuuta joulukuu joulu",
    "hu": "január jan|február febr|március márc|április ápr|május máj|június jún|július júl"
    "|augusztus aug|szeptember szept|október okt|november nov|december dec",
    "ro": "ianuarie ian|februarie feb|martie mar|aprilie apr|mai|iunie iun|iulie iul|august aug"
    "|septembrie sept sep|octombrie oct|noiembrie noi nov|decembrie dec",
    "tr": "ocak oca|şubat şub|mart mar|nisan nis|mayıs may|haziran haz|temmuz tem|ağustos ağu"
    "|eylül eyl|ekim eki|kasım kas|aralık ara",
    "id": "januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu agt"
    "|september sep|oktober okt|november nov|desember des",
    "el": "ιανουαρίου ιανουάριος ιαν|φεβρουαρίου φεβρουάριος φεβ|μαρτίου μάρτιος μαρ μάρ"
    "|απριλίου απρίλιος απρ|μαΐου μάιος μαϊ μάι|ιουνίου ιούνιος ιουν|ιουλίου ιούλιος ιουλ"
    "|αυγούστου αύγουστος αυγ|σεπτεμβρίου σεπτέμβριος σεπ|οκτωβρίου οκτώβριος οκτ"
    "|νοεμβρίου νοέμβριος νοε|δεκεμβρίου δεκέμβριος δεκ",
    "ru": "января январь янв|февраля февраль фев|марта март мар|апреля апрель апр|мая май"
    "|июня июнь июн|июля июль июл|августа август авг|сентября сентябрь сен сент"
    "|октября октябрь окт|ноября ноябрь ноя|декабря декабрь дек",
    "uk": "січня січень січ|лютого лютий лют|березня березень бер|квітня квітень кві"
    "|травня травень тра|червня червень чер|липня липень лип|серпня серпень сер"
    "|вересня вересень вер|жовтня жовтень жов|листопада листопад лис|грудня грудень гру",
}

MONTHS: Final[dict[str, int]] = {
    fold(name): number
    for months in MONTH_NAMES.values()
    for number, names in enumerate(months.split("|"), 1)
    for name in names.split()
}

# Words that stand between the parts of a date and say nothing.
JOINING: Final = frozenset(
    fold(
        "de del di of the le la den der am an um uhr uur om op at on à a alle ore ora às as o godz"
        " godzina kl klo klokken h hrs hs r g st nd rd th er º ª e y de las los les og i dne do"
    ).split()
)

# Hours from UTC. Where a name is used in two places, the one that feeds meant: CST and the other
# American ones as RFC 822 (5.1) has them, BST British, IST Indian.
_ZONE_HOURS: Final = {
    0: "z ut utc gmt wet",
    1: "cet met mez bst wat west",
    2: "cest mest mesz eet sast cat",
    3: "eest msk eat trt",
    4: "msd gst",
    5: "pkt",
    5.5: "ist",
    5.75: "npt",
    7: "wib ict",
    8: "hkt sgt myt pht awst wita",
    9: "jst kst wit",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
    -2.5: "ndt",
    -3: "adt art brt uyt",
    -3.5: "nst",
    -4: "ast edt clt vet",
    -5: "est cdt cot pet",
    -6: "cst mdt",
    -7: "mst pdt",
    -8: "pst akdt",
    -9: "akst",
    -10: "hst",
}
ZONES: Final[dict[str, timedelta]] = {
    name: timedelta(hours=hours) for hours, names in _ZONE_HOURS.items() for name in names.split()
}

_MONTH_FIRST: Final = frozenset({"en-us", "en-ph", "en-pr", "es-us", "es-pr"})
# Languages whose numeric dates begin with the year, or that are written in lands of both orders.
_UNSETTLED: Final = frozenset({"en", "en-ca", "zh", "ja", "ko", "hu", "lt", "mn", "eu", "fa"})


def day_first_in(language: str | None) -> bool | None:
    """Whether 03-04-2024 is the third of April in `language` (BCP 47); None where it is not sure."""
    if not language:
        return None
    tag = language.lower().replace("_", "-")
    if tag in _MONTH_FIRST:
        return False
    if tag in _UNSETTLED or tag.partition("-")[0] in _UNSETTLED - {"en"}:
        return None
    return True
