"""Pairs of addresses, written by hand, with what a librarian would say: one article, or two.

Judges `archive.identity.address.url_key` beside the normalisers of other libraries (`benchmarks.identity`).
A group a heading; `=` opens a pair that is one article, `!` one that must stay two. Nothing here was changed to suit a
rule: a pair that the key gets wrong stays, and docs/identity.md tells of it.
"""

from typing import NamedTuple


class AddressPair(NamedTuple):
    """Two addresses and whether they are one article's."""

    group: str
    one: str
    other: str
    is_one: bool


_WRITTEN = """
# AMP
= https://www.krant.example/politiek/raad-stemt-voor-brug~a4812345 https://www.krant.example/amp/politiek/raad-stemt-voor-brug~a4812345
= https://www.post.example/2026/03/17/council-votes-for-bridge/ https://www.post.example/2026/03/17/council-votes-for-bridge/amp/
= https://www.post.example/2026/03/17/council-votes-for-bridge.html https://www.post.example/2026/03/17/council-votes-for-bridge.amp.html
= https://www.zeitung.example/lokales/rat-stimmt-fuer-bruecke-48291.html https://www.zeitung.example/lokales/rat-stimmt-fuer-bruecke-48291.amp
= https://www.journal.example/actu/le-conseil-vote-pour-le-pont-48291 https://www.journal.example/actu/le-conseil-vote-pour-le-pont-48291?amp=1
= https://www.diario.example/local/20260317/el-pleno-vota-el-puente.html https://amp.diario.example/local/20260317/el-pleno-vota-el-puente.html
= https://www.post.example/news/council-votes-for-bridge-48291 https://www.google.com/amp/s/www.post.example/news/council-votes-for-bridge-48291
= https://www.post.example/news/council-votes-for-bridge-48291 https://www-post-example.cdn.ampproject.org/v/s/www.post.example/news/council-votes-for-bridge-48291?usqp=mq331AQIUAKwASCAAgM%3D&amp_js_v=0.1
= https://www.post.example/news/council-votes-for-bridge-48291 https://www.post.example/news/council-votes-for-bridge-48291?outputType=amp
= https://www.post.example/news/council-votes-for-bridge-48291 https://www.post.example/news/amp/council-votes-for-bridge-48291
= https://www.post.example/news/council-votes-for-bridge-48291 https://www.post.example/amp/news/council-votes-for-bridge-48291?_gsa=1&usqp=mq3
= https://www.post.example/news/council-votes-for-bridge-48291 https://www.bing.com/amp/s/www.post.example/news/council-votes-for-bridge-48291
! https://www.post.example/amp/fender-and-marshall-compared-48291 https://www.post.example/fender-and-gibson-compared-48292
! https://www.club.example/camp https://www.club.example/c
# mobile and www hosts
= https://www.krant.example/binnenland/artikel/5312345 https://m.krant.example/binnenland/artikel/5312345
= https://krant.example/binnenland/artikel/5312345 https://www.krant.example/binnenland/artikel/5312345
= https://www.post.example/story/48291 https://mobile.post.example/story/48291
= https://www.post.example/story/48291 https://www2.post.example/story/48291
= https://www.zeitung.example/rat-stimmt-fuer-bruecke-48291.html https://mobil.zeitung.example/rat-stimmt-fuer-bruecke-48291.html
= https://www.post.co.example/story/48291 https://m.www.post.co.example/story/48291
= https://www.journal.example/actu/pont-48291 https://touch.journal.example/actu/pont-48291
= https://en.post.example/story/48291 https://en.m.post.example/story/48291
! https://sport.krant.example/artikel/5312 https://www.krant.example/artikel/5312
! https://de.post.example/story/48291 https://fr.post.example/story/48291
! https://north.post.example/story/9 https://south.post.example/story/9
! https://m.example/story/48291 https://w.example/story/48291
# schemes and ports
= http://www.post.example/story/48291 https://www.post.example/story/48291
= https://www.post.example:443/story/48291 https://www.post.example/story/48291
= http://www.post.example:80/story/48291 https://www.post.example/story/48291
= HTTPS://www.post.example/story/48291 https://www.post.example/story/48291
= //www.post.example/story/48291 https://www.post.example/story/48291
= https://reader@www.post.example/story/48291 https://www.post.example/story/48291
! https://www.post.example:8080/story/48291 https://www.post.example/story/48291
! https://10.0.0.7:8001/story/1 https://10.0.0.7:8002/story/1
# slashes and index files
= https://www.post.example/news/council-votes-for-bridge/ https://www.post.example/news/council-votes-for-bridge
= https://www.post.example//news/council-votes-for-bridge https://www.post.example/news/council-votes-for-bridge
= https://www.post.example/news/48291/index.html https://www.post.example/news/48291/
= https://www.post.example/news/48291/index.php https://www.post.example/news/48291
= https://www.post.example/news/48291/default.aspx https://www.post.example/news/48291
= https://www.post.example/news/./48291 https://www.post.example/news/48291
= https://www.post.example/x/../news/48291 https://www.post.example/news/48291
! https://www.post.example/news/48291/index2.html https://www.post.example/news/48291/
! https://www.post.example/news/index-of-prices https://www.post.example/news/
! https://www.post.example/2026/03/17 https://www.post.example/2026/03/18
# trackers
= https://www.post.example/story/48291 https://www.post.example/story/48291?utm_source=rss&utm_medium=feed&utm_campaign=morning
= https://www.post.example/story/48291 https://www.post.example/story/48291?fbclid=IwAR2aZ&gclid=Cj0K
= https://www.post.example/story/48291 https://www.post.example/story/48291?at_medium=RSS&at_campaign=KARANGA
= https://www.krant.example/artikel/48291 https://www.krant.example/artikel/48291?referrer=https%3A%2F%2Ft.co%2F
= https://www.zeitung.example/rat-stimmt-48291.html https://www.zeitung.example/rat-stimmt-48291.html?xing_share=news
= https://www.zeitung.example/rat-stimmt-48291.html https://www.zeitung.example/rat-stimmt-48291.html#ref=rss
= https://www.journal.example/actu/pont-48291 https://www.journal.example/actu/pont-48291#xtor=RSS-3208
= https://www.journal.example/actu/pont-48291 https://www.journal.example/actu/pont-48291?xtor=RSS-3208
= https://www.journal.example/actu/pont-48291 https://www.journal.example/actu/pont-48291?at_format=link
= https://www.diario.example/local/puente-48291.html https://www.diario.example/local/puente-48291.html?ssm=FB_CC
= https://www.diario.example/local/puente-48291.html https://www.diario.example/local/puente-48291.html?intcmp=portada
= https://www.post.example/story/48291 https://www.post.example/story/48291?mc_cid=77d2&mc_eid=aa01
= https://www.post.example/story/48291 https://www.post.example/story/48291?ref=rss
= https://www.post.example/story/48291 https://www.post.example/story/48291?source=rss
= https://www.post.example/story/48291 https://www.post.example/story/48291?CMP=share_btn_tw
= https://www.post.example/story/48291 https://www.post.example/story/48291?utm_source=x&amp;utm_medium=y
= https://www.shimbun.example/articles/ASR3K48291.html https://www.shimbun.example/articles/ASR3K48291.html?iref=comtop_7_01
= https://www.shimbun.example/articles/ASR3K48291.html https://www.shimbun.example/articles/ASR3K48291.html?ref=rss
= https://www.jarida.example/news/2026/3/17/48291 https://www.jarida.example/news/2026/3/17/48291?traffic_source=rss
= https://www.post.example/story/48291 https://www.post.example/story/48291?share=twitter
= https://www.post.example/story/48291 https://www.post.example/story/48291?_x_tr_sl=en&_x_tr_tl=en
= https://www.post.example/story/48291 https://www.post.example/story/48291?cb=1710662400
! https://www.post.example/story?id=48291&utm_source=rss https://www.post.example/story?id=48292&utm_source=rss
! https://www.post.example/read?ref=48291 https://www.post.example/read?ref=48292
! https://www.post.example/view?source=4412 https://www.post.example/view?source=4413
! https://www.post.example/feed-item?utm=1&item=5 https://www.post.example/feed-item?utm=1&item=6
! https://www.post.example/show?sid=48291 https://www.post.example/show?sid=48292
! https://www.post.example/show?cid=100&via=7 https://www.post.example/show?cid=101&via=7
# queries that name the article
= https://www.post.example/?p=123 https://www.post.example/index.php?p=123
= https://www.post.example/read.asp?day=17&id=48291 https://www.post.example/read.asp?id=48291&day=17
= https://www.post.example/read.asp?id=48291 https://www.post.example/read.asp?id=48291&
! https://www.post.example/?p=123 https://www.post.example/?p=1234
! https://www.post.example/?p=123 https://www.post.example/?page_id=123
! https://www.post.example/article.php?id=1 https://www.post.example/article.php?id=2
! https://www.post.example/news?lang=en&id=7 https://www.post.example/news?lang=fr&id=7
! https://www.post.example/story/48291?page=1 https://www.post.example/story/48291?page=2
! https://www.post.example/live?post=a1b2 https://www.post.example/live?post=a1b3
! https://www.post.example/video?v=Ab3dEf https://www.post.example/video?v=ab3dEf
! https://www.post.example/search?q=bridge https://www.post.example/search?q=frost
# case and escapes
= https://WWW.Post.Example/story/48291 https://www.post.example/story/48291
= https://www.post.example/caf%C3%A9-opens-at-last-48291 https://www.post.example/café-opens-at-last-48291
= https://www.post.example/caf%c3%a9-opens-at-last-48291 https://www.post.example/caf%C3%A9-opens-at-last-48291
= https://www.post.example/%7Eeditor/story https://www.post.example/~editor/story
= https://www.post.example/st%6Fry/48291 https://www.post.example/story/48291
= https://www.shimbun.example/橋が閉鎖 https://www.shimbun.example/%E6%A9%8B%E3%81%8C%E9%96%89%E9%8E%96
= https://www.jarida.example/أخبار/48291 https://www.jarida.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/48291
! https://www.post.example/a%20b/48291 https://www.post.example/a+b/48291
! https://www.post.example/Ab3xK https://www.post.example/ab3xk
! https://www.post.example/a%2Fb https://www.post.example/a/b
! https://www.post.example/c%2B%2B https://www.post.example/c
! https://www.post.example/100%25-sure https://www.post.example/100-sure
# other scripts in hosts
= https://www.zürich-blatt.example/story/48291 https://www.xn--zrich-blatt-thb.example/story/48291
= https://www.新聞.example/a/48291 https://www.xn--efvv70d.example/a/48291
= https://www.ZÜRICH-blatt.example/story/48291 https://www.zürich-blatt.example/story/48291
! https://www.straße.example/a/48291 https://www.strasse.example/a/48291
! https://www.zurich-blatt.example/a/48291 https://www.zürich-blatt.example/a/48291
# fragments
= https://www.post.example/story/48291#comments https://www.post.example/story/48291
= https://www.post.example/story/48291#:~:text=bridge https://www.post.example/story/48291
= https://www.post.example/story/48291#Echobox=1710662400 https://www.post.example/story/48291
= https://www.post.example/story/48291# https://www.post.example/story/48291
= https://www.post.example/story/48291#main-content https://www.post.example/story/48291
! https://www.post.example/live/bridge#post-77120 https://www.post.example/live/bridge#post-77121
! https://www.post.example/live/bridge#block-65f7a1 https://www.post.example/live/bridge#block-65f7a2
! https://www.post.example/#!/story/48291 https://www.post.example/#!/story/48292
! https://www.post.example/#/story/5 https://www.post.example/#/story/6
! https://www.post.example/liveblog/48291?pinned_post=11#liveblog-entry-11 https://www.post.example/liveblog/48291?pinned_post=12#liveblog-entry-12
# session ids
= https://www.post.example/story/48291;jsessionid=0A1B2C3D https://www.post.example/story/48291
= https://www.post.example/story/48291?PHPSESSID=9f86d081884c7d65 https://www.post.example/story/48291
= https://www.post.example/story/48291?sid=9f86d081884c7d659a2feaa0 https://www.post.example/story/48291
= https://www.post.example/story/48291?CFID=1&CFTOKEN=2 https://www.post.example/story/48291
= https://www.post.example/(S(lit3py55t21z5v55vlm25s55))/story/48291 https://www.post.example/story/48291
# redirectors
= https://www.post.example/story/48291 https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.post.example%2Fstory%2F48291%3Ffbclid%3DIwAR0&h=AT1
= https://www.post.example/story/48291 https://www.google.com/url?rct=j&sa=t&url=https://www.post.example/story/48291&ct=ga&cd=CAIy
= https://www.post.example/story/48291 https://www.google.nl/url?q=https://www.post.example/story/48291&sa=D
= https://www.post.example/story/48291 https://out.reddit.com/t3_abc?url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291&token=AQ
= https://www.post.example/story/48291 https://www.youtube.com/redirect?event=video_description&q=https%3A%2F%2Fwww.post.example%2Fstory%2F48291
= https://www.post.example/story/48291 https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291&data=05
= https://www.post.example/story/48291 https://www.linkedin.com/redir/redirect?url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291&urlhash=x1
= https://www.post.example/story/48291 https://go.redirectingat.com/?id=1X2&url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291
= https://www.post.example/story/48291 https://www.post.example/out?url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291
= https://www.post.example/story/48291 https://duckduckgo.com/l/?uddg=https%3A%2F%2Fwww.post.example%2Fstory%2F48291&rut=a
= https://www.krant.example/artikel/48291 https://myprivacy.dpgmedia.nl/consent?siteKey=a&callbackUrl=https%3A%2F%2Fwww.krant.example%2Fartikel%2F48291
= https://www.post.example/story/48291 https://urldefense.com/v3/__https://www.post.example/story/48291__;!!AbC$
= https://www.post.example/story/48291 https://translate.google.com/translate?sl=en&tl=nl&u=https://www.post.example/story/48291
= https://www.post.example/story/48291 https://steamcommunity.com/linkfilter/?u=https%3A%2F%2Fwww.post.example%2Fstory%2F48291
! https://t.co/AbCdE12345 https://t.co/AbCdE12346
! https://www.post.example/share?u=https%3A%2F%2Fa.example%2F1 https://www.post.example/share?u=https%3A%2F%2Fa.example%2F2
! https://www.post.example/login?next=/story/48291 https://www.post.example/login?next=/story/48292
# news aggregators
= https://www.post.example/story/48291 https://news.google.com/rss/articles/CBMiJmh0dHBzOi8vd3d3LnBvc3QuZXhhbXBsZS9zdG9yeS80ODI5MdIBAA?oc=5
= https://www.post.example/story/48291 https://news.google.com/articles/CBMiJmh0dHBzOi8vd3d3LnBvc3QuZXhhbXBsZS9zdG9yeS80ODI5MdIBAA?hl=en-GB&gl=GB
= https://www.post.example/story/48291 https://www.bing.com/news/apiclick.aspx?ref=FexRss&aid=&tid=1&url=https%3a%2f%2fwww.post.example%2fstory%2f48291&c=1
= https://www.post.example/story/48291 https://flipboard.com/redirect?url=https%3A%2F%2Fwww.post.example%2Fstory%2F48291&v=1
! https://news.google.com/rss/articles/CBMiK0FVX3lxTE5nb0FiY2RlZmdoaWprbG1ub3A?oc=5 https://news.google.com/rss/articles/CBMiK0FVX3lxTE5nb0FiY2RlZmdoaWprbG1ub3E?oc=5
! https://feedproxy.google.com/~r/post/~3/AbC1/ https://feedproxy.google.com/~r/post/~3/AbC2/
! https://news.yahoo.example/council-votes-bridge-120000123.html https://news.yahoo.example/council-votes-bridge-120000124.html
# archive copies
= https://www.post.example/story/48291 https://web.archive.org/web/20260318101500/https://www.post.example/story/48291
= https://www.post.example/story/48291 https://web.archive.org/web/20260318101500id_/http://www.post.example:80/story/48291
= https://www.post.example/story/48291 https://archive.ph/20260318/https://www.post.example/story/48291
= https://www.post.example/story/48291 https://archive.is/newest/https://www.post.example/story/48291
= https://www.post.example/story/48291 https://12ft.example/https://www.post.example/story/48291
= https://www.post.example/story/48291 https://webcache.googleusercontent.com/search?q=cache:AbC123:https://www.post.example/story/48291+&cd=1
! https://archive.ph/AbCd1 https://archive.ph/AbCd2
! https://web.archive.org/web/20260318/https://www.post.example/story/48291 https://web.archive.org/web/20260318/https://www.post.example/story/48292
# print and other outputs
= https://www.post.example/story/48291 https://www.post.example/story/48291?view=print
= https://www.post.example/story/48291 https://www.post.example/story/48291?output=print
= https://www.post.example/story/48291 https://www.post.example/story/48291/print
= https://www.post.example/story/48291 https://www.post.example/story/48291?print=1
= https://www.zeitung.example/lokales/rat-stimmt-fuer-bruecke-48291.html https://www.zeitung.example/lokales/rat-stimmt-fuer-bruecke-48291-druck.html
= https://www.post.example/story/48291 https://www.post.example/story/48291?format=print
= https://www.post.example/story/48291 https://www.post.example/story/48291?printable=true
! https://www.post.example/print https://www.post.example/
! https://www.post.example/3d/print https://www.post.example/3d
! https://www.post.example/blueprint-for-growth-48291 https://www.post.example/blue-for-growth-48291
# look-alikes
! https://www.post.example/story/48291 https://www.courier.example/story/48291
! https://www.post.example/story/48291 https://www.post.example/story/48292
! https://www.post.example/story/48291 https://www.post.example/story/482910
! https://www.post.example/bridge-part-1 https://www.post.example/bridge-part-2
! https://www.post.example/weather/today https://www.post.example/weather/tomorrow
! https://www.post.example/2025/03/17/frost https://www.post.example/2026/03/17/frost
! https://www.post.example/story/48291.html https://www.post.example/story/48291.pdf
! https://post.example.org/a/1 https://post.example.net/a/1
! https://ada.blogspot.com/2026/03/bridge.html https://bob.blogspot.com/2026/03/bridge.html
! https://www.post.example/en/bridge https://www.post.example/nl/bridge
! https://www.post.example/gallery/48291/photo/1 https://www.post.example/gallery/48291/photo/2
! https://www.post.example/a;v=1 https://www.post.example/a;v=2
! https://www.post.example/podcast/48291/transcript https://www.post.example/podcast/48291
! https://www.post.example/story/48291/comments https://www.post.example/story/48291
! https://amp.com.au/news/48291 https://com.au/news/48291
"""


def address_pairs() -> tuple[AddressPair, ...]:
    """Return the pairs in the order they are written."""
    pairs, group = [], ""
    for line in _WRITTEN.strip().splitlines():
        sign, _, rest = line.partition(" ")
        if sign == "#":
            group = rest
            continue
        one, other = rest.split(" ")
        pairs.append(AddressPair(group, one, other, is_one=sign == "="))
    return tuple(pairs)
