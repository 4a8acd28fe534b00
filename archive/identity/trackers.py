"""Parameters of an address that tell how a reader came, not what there is to read.

For `archive.identity.address` alone. Three kinds: names that are never the article's, openings of
such names, and names that some publisher uses for the article itself, where the value decides.
"""

import re
from typing import Final
from urllib.parse import unquote


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


TRACKER_PREFIXES: Final = tuple(
    sorted(
        _names(
            """
            utm_ utm- mtm_ matomo_ pk_ piwik_ hsa_ __hs _hs hscta wt_ mc_ ns_ at_ ga_ gaa_ guce_
            itm_ fb_ bsft_ vero_ oly_ ml_subscriber elq trk_ cx_ __cf_chl amp_ sc_camp dm_ stm_
            tblci rb_click _x_tr_ aspsessionid cmp_ xt_ hmb_ cn-reloaded yadclid ytclid mkt_ ef_
            """
        )
    )
)

TRACKERS: Final = _names(
    # Click identifiers of advertising networks
    """
    fbclid gclid gclsrc gbraid wbraid dclid msclkid yclid ysclid twclid ttclid igshid igsh
    li_fat_id zanpid wickedid irclickid irgwc cjevent awc epik s_kwcid mkwid pcrid gad_source
    gad_campaignid srsltid clickid click_id aff_id affid afftrack adid adgroupid
    """
    # Mailing tools, analytics, sharing
    """
    _openstat _ga _gl _gsa _ke _kx _bta_tid _bta_c trk trkcampaign trkinfo nr_email_referer __s
    ss_source ss_campaign_id ss_email_id campaign_id campaignid campid sp_aid rtid vgo_ee spm scm
    _branch_match_id _branch_referrer usqp wprov sharetype shared_link_id share_id sr_share
    spreadtype fb_source hc_ref hc_location fref __tn__ __xts__ xing_share referrer referer
    ref_src ref_url refsrc newsletter_id nlid mkcid esrc bxid cndid sthash
    """
    # What publishers append to count for themselves
    """
    ncid ocid cvid icid intcid intcmp cmpid cmp xtor xts xtref xtcr maca smid smtyp smprod emc
    srnd sref itid reflink __source __twitter_impression soc_src soc_trk guccounter .tsrc tsrc mbid
    traffic_source ito segmentid taid feedtype feedname rssfeed from_rss fromrss rssid rsscid
    echobox iref ssm s_cid cxrecs_s os_ehash ssrc gift_token unlocked_article_code accesstoken isfreemail
    syn-25a6b1a6
    """
    # Sessions
    """
    phpsessid jsessionid sessionid session_id sessid zenid oscsid cfid cftoken viewstate
    """
)

AMBIGUOUS: Final = _names(
    """
    ref source src from via cid sid mod partner share medium campaign channel origin feed app
    output outputtype view format amp rss s st link cmpn kampagne type print printable
    """
)

_CHANNEL: Final = re.compile(
    r"(?:rss|feed|atom|twitter|facebook|fb|linkedin|whatsapp|telegram|instagram|reddit|bluesky"
    r"|mastodon|threads|e-?mail|mail|newsletter|nl|social|share|home(?:page)?|app|push"
    r"|google(?:news)?|apple(?:news)?|flipboard|amp(?:html)?|mobile|ios|android|copy(?:link)?|print"
    r"|true|1)?\d?(?:$|[-_.:/|\s].*)",
    re.IGNORECASE,
)
# 16 hex digits with both letters and figures: no newsroom numbers its articles so, sessions are.
_SESSION: Final = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]{16,}$", re.IGNORECASE)


def is_tracker(name: str) -> bool:
    """Tell whether a parameter of this name (in lower case) never names an article."""
    name = name.removeprefix("amp;")  # an address taken out of HTML without undoing &amp;
    return name in TRACKERS or name.startswith(TRACKER_PREFIXES)


def is_way(name: str, value: str) -> bool:
    """Tell whether an ambiguous parameter states a channel ("rss") or a session.

    Ask only where the path alone names the article: `?source=rss` on a bare path may be all there
    is to tell one page from another.
    """
    if name not in AMBIGUOUS:
        return False
    return _CHANNEL.match(unquote(value)) is not None or _SESSION.match(value) is not None
