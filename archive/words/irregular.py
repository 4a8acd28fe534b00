"""Forms that no ending shows: `children` of `child`, `gibt` of `geben`, `yeux` of `œil`. Tables, and no more.

A group is a word and its other forms, parted by commas; spelled with accents, in lower case. A form may be another
word as well (`found`, `lives`): it keeps its own key beside that of its group. Read by `archive.words.readings`.
"""

from functools import cache
from typing import Final

_ENGLISH: Final = """
man men, woman women, child children, person people, wife wives, knife knives, leaf leaves, life lives, loaf loaves,
half halves, shelf shelves, thief thieves, wolf wolves, calf calves, foot feet, tooth teeth, goose geese,
mouse mice, louse lice, ox oxen, bus buses, gas gases, policeman policemen, policewoman policewomen,
fisherman fishermen, fireman firemen, businessman businessmen, chairman chairmen, spokesman spokesmen,
spokeswoman spokeswomen, congressman congressmen, grandchild grandchildren, crisis crises, analysis analyses,
thesis theses, hypothesis hypotheses, diagnosis diagnoses, criterion criteria, phenomenon phenomena,
bacterium bacteria, referendum referenda, stadium stadia, memorandum memoranda, fungus fungi, nucleus nuclei,
alumnus alumni, arise arose arisen, bear bore borne, beat beaten, become became, begin began begun, bend bent,
bind bound, bite bit bitten, blow blew blown, break broke broken, breed bred, bring brought, build built,
burn burnt, buy bought, catch caught, choose chose chosen, cling clung, come came, creep crept, deal dealt, dig dug,
do did done, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, eat ate eaten, fall fell fallen,
feed fed, feel felt, fight fought, find found, flee fled, fly flew flown, forbid forbade forbidden,
forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, get got gotten, give gave given,
go went gone, grow grew grown, hang hung, have had, hear heard, hide hid hidden, hold held, keep kept,
know knew known, lay laid, lead led, leave left, lend lent, lie lay lain lying, light lit, lose lost, make made,
mean meant, meet met, mistake mistook mistaken, overcome overcame, pay paid, prove proven, ride rode ridden,
ring rang rung, rise rose risen, run ran, say said, see saw seen, seek sought, sell sold, send sent,
shake shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank sunk,
sit sat, sleep slept, slide slid, speak spoke spoken, spend spent, spin spun, stand stood, steal stole stolen,
stick stuck, sting stung, strike struck stricken, strive strove, swear swore sworn, sweep swept, swim swam swum,
swing swung, take took taken, teach taught, tear tore torn, tell told, think thought, throw threw thrown,
understand understood, undertake undertook undertaken, wake woke woken, wear wore worn, weave wove woven, weep wept,
win won, wind wound, withdraw withdrew withdrawn, write wrote written, die dying, tie tying, big bigger biggest,
cheap cheaper cheapest, clean cleaner cleanest, close closer closest, cold colder coldest, deep deeper deepest,
early earlier earliest, easy easier easiest, fast faster fastest, great greater greatest, happy happier happiest,
hard harder hardest, heavy heavier heaviest, high higher highest, hot hotter hottest, large larger largest,
late later latest, long longer longest, low lower lowest, narrow narrower narrowest, new newer newest,
old older oldest, poor poorer poorest, rich richer richest, safe safer safest, short shorter shortest,
slow slower slowest, small smaller smallest, strong stronger strongest, tall taller tallest, tough tougher toughest,
warm warmer warmest, weak weaker weakest, wet wetter wettest, wide wider widest, young younger youngest
"""
_GERMAN: Final = """
museum museen, zentrum zentren, studium studien, stadium stadien, ministerium ministerien, gremium gremien,
kriterium kriterien, medium medien, gymnasium gymnasien, datum daten, visum visa, thema themen, firma firmen,
drama dramen, villa villen, konto konten, risiko risiken, virus viren, praxis praxen, krise krisen, dogma dogmen,
hoch hohe hohen hoher hohes hohem höher höhere höheren höchste höchsten, nah näher nächste nächsten,
beginnen beginnt begann begannen begonnen, bekommen bekam bekamen, bieten bietet bot boten geboten,
binden band gebunden, bitten bat baten gebeten, bleiben bleibt blieb blieben geblieben,
brechen bricht brach brachen gebrochen, brennen brennt brannte gebrannt, bringen bringt brachte brachten gebracht,
denken denkt dachte dachten gedacht, entscheiden entscheidet entschied entschieden, essen isst aß aßen gegessen,
fahren fährt fuhr fuhren gefahren, fallen fällt fiel fielen gefallen, fangen fängt fing fingen gefangen,
finden findet fand fanden gefunden, fliegen fliegt flog flogen geflogen, fliehen flieht floh flohen geflohen,
geben gibt gab gaben gegeben, gehen geht ging gingen gegangen, gewinnen gewinnt gewann gewannen gewonnen,
graben gräbt grub gegraben, greifen greift griff griffen gegriffen, halten hält hielt hielten gehalten,
heben hebt hob hoben gehoben, helfen hilft half halfen geholfen, kommen kommt kam kamen gekommen,
laden lädt lud luden geladen, lassen lässt ließ ließen gelassen, laufen läuft lief liefen gelaufen,
leiden leidet litt litten gelitten, leihen leiht lieh geliehen, lesen liest las gelesen,
liegen liegt lag lagen gelegen, lügen lügt log gelogen, nehmen nimmt nahm nahmen genommen,
nennen nennt nannte nannten genannt, rufen ruft rief riefen gerufen, scheitern scheitert scheiterte gescheitert,
schießen schießt schoss schossen geschossen, schlagen schlägt schlug schlugen geschlagen,
schließen schließt schloss schlossen geschlossen, schneiden schneidet schnitt schnitten geschnitten,
schreiben schreibt schrieb schrieben geschrieben, schweigen schweigt schwieg schwiegen geschwiegen,
schwimmen schwimmt schwamm geschwommen, sehen sieht sah sahen gesehen, singen singt sang sangen gesungen,
sinken sinkt sank sanken gesunken, sitzen sitzt saß saßen gesessen, sprechen spricht sprach sprachen gesprochen,
stehen steht stand standen gestanden, stehlen stiehlt stahl gestohlen, steigen steigt stieg stiegen gestiegen,
sterben stirbt starb starben gestorben, streiten streitet stritt stritten gestritten,
tragen trägt trug trugen getragen, treffen trifft traf trafen getroffen, treten tritt trat traten getreten,
trinken trinkt trank tranken getrunken, verlieren verliert verlor verloren, vergessen vergisst vergaß,
verschwinden verschwindet verschwand verschwanden verschwunden, wachsen wächst wuchs wuchsen gewachsen,
werben wirbt warb warben geworben, werfen wirft warf warfen geworfen, wissen weiß wusste wussten gewusst,
ziehen zieht zog zogen gezogen, zwingen zwingt zwang zwangen gezwungen, bauen baut baute bauten gebaut,
sagen sagt sagte sagten gesagt, legen legt legte legten gelegt, holen holt holte holten geholt,
hören hört hörte hörten gehört, leben lebt lebte lebten gelebt, loben lobt lobte lobten gelobt
"""
_FRENCH: Final = """
travail travaux, œil yeux, ciel cieux, aïeul aïeux, vitrail vitraux, corail coraux, bail baux,
beau bel belle belles, nouveau nouvel nouvelle nouvelles, vieux vieil vieille vieilles, fou fol folle folles,
neuf neuve neuves, public publique publiques, grec grecque grecques, turc turque turques, blanc blanche blanches,
franc franche franches, sec sèche sèches, frais fraîche fraîches, long longue longues, doux douce douces,
roux rousse rousses, faux fausse fausses, bref brève brèves, gros grosse grosses, bas basse basses, épais épaisse,
vendre vend vendent vendu vendus vendue vendues vendra, rendre rend rendent rendu rendus rendue rendues,
perdre perd perdent perdu perdus perdue perdues, attendre attend attendent attendu attendue attendus,
répondre répond répondent répondu, entendre entend entendent entendu entendue, défendre défend défendent défendu,
descendre descend descendent descendu descendue, étendre étend étendent étendu étendue,
suspendre suspend suspendu suspendue, prendre prend prennent prit prendra, apprendre apprend apprennent appris,
comprendre comprend comprennent compris, reprendre reprend reprennent repris, mettre met mettent mettra,
permettre permet permettent permis, promettre promet promettent promis, battre bat battent battu battus battue,
tenir tient tiennent tenu tenue tenus tiendra, obtenir obtient obtiennent obtenu obtenue,
soutenir soutient soutiennent soutenu soutenue, maintenir maintient maintiennent maintenu maintenue,
venir vient viennent venu venue venus viendra, devenir devient deviennent devenu devenue,
revenir revient reviennent revenu revenue, prévenir prévient prévenu,
ouvrir ouvre ouvrent ouvert ouverte ouverts ouvertes, couvrir couvre couvrent couvert couverte,
découvrir découvre découvrent découvert découverte, offrir offre offrent offert offerte offerts, souffrir souffert,
mourir meurt meurent mort morte morts mortes, courir courent couru,
recevoir reçoit reçoivent reçu reçue reçus, pouvoir peut peuvent pourra, vouloir veut veulent voulu,
devoir doit doivent devra, savoir sait savent, élire élit élisent élu élue élus élues,
écrire écrit écrivent écrite écrits, vivre vit vivent vécu, suivre suit suivent suivi suivie,
construire construit construisent construite, produire produit produisent produite,
détruire détruit détruisent détruite, conduire conduit conduisent conduite, réduire réduit réduisent réduite,
craindre craint craignent, éteindre éteint éteinte, atteindre atteint atteignent atteinte,
rejoindre rejoint rejoignent, connaître connaît connaissent connu connue,
disparaître disparaît disparaissent disparu disparue disparus
"""
_TABLES: Final = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH}


def bases(word: str, lang: str) -> tuple[str, ...]:
    """Return the words that `word` is an irregular form of; none for most."""
    return _bases(lang).get(word, ()) if lang in _TABLES else ()


@cache
def _bases(lang: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _TABLES[lang].split(","):
        base, *forms = group.split()
        for form in forms:
            found[form] = (*found.get(form, ()), base)
    return found
