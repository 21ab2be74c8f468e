"""The words beside a number: what is counted, and how many zeros they mean."""

# ruff: noqa: RUF001 - letters of many scripts are the point here

import re

_FOLLOWERS = (
    r"followers?\b|\bfollower:innen\b|\bsubscribers?\b|\bfans?\b"
    r"|\babonnés?\b|\babonné[·.]?e[·.]?s\b|\babonnent(?:en|er|in|innen)?\b"
    r"|\babonnees?\b"
    r"|\bseguidor(?:es|as?)?\b|\bsuscriptor(?:es|as?)?\b|\binscritos\b|\biscritti\b"
    r"|\bseguaci\b|\bsubskrybent\w*|\bobserwujący(?:ch)?\b|\bvolgers?\b|\bföljare\b"
    r"|\bprenumeranter\b|\bfølgere\b|\bseuraaj\w*|\btilaaj\w*|\bsledující(?:ch)?\b"
    r"|\bsledovatel\w*|\bodběratel\w*|\bodberateľ\w*|\bkövető\w*|\bfeliratkozó\w*"
    r"|\burmăritori\b|\babonați\b|\btakipçi\w*|\babone\b|\bpengikut\b|\bpelanggan\b"
    r"|\bpratitelj\w*|\bpratilac\w*|\bpratioc\w*|\bподписчик\w*|\bчитател\w*"
    r"|\bпідписник\w*|\bпоследовател\w*|\bакол\w*|\bακόλουθ\w*|\bακολούθ\w*"
    r"|\bσυνδρομητ\w*|\bngười theo dõi\b|\bngười đăng ký\b"
    r"|(?:ال)?متابع(?:ين|ون|ًا|ا|ات)?(?!\w)|(?:ال)?مشترك(?:ين|ون|ًا)?(?!\w)"
    r"|دنبال.کننده|فالوور|עוקבים|מנויים"
    r"|フォロワー|チャンネル登録者|粉丝|粉絲|关注者|追蹤者|追随者|订阅者|訂閱者|位订阅者"
    r"|팔로워|구독자|ผู้ติดตาม|फ़ॉलोअर|फॉलोअर|फ़ॉलोवर|फॉलोवर|सब्सक्राइबर"
)
_FOLLOWING = (
    r"following\b|\bfollows\b|\babonnements?\b|\bsuivi\(e\)s\b|\bsuivie?s\b"
    r"|\bseguid[oa]s\b|\bsiguiendo\b|\bseguindo\b|\ba seguir\b|\bseguiti\b|\bgefolgt\b"
    r"|\bfolgt\b|\bfolge ich\b|\babonniert\b|\bvolgend\b|\bobserwowan\w+|\bobserwuje\b"
    r"|\bföljer\b|\bfølger\b|\bseurataan\b|\bseurattu\w*|\bsleduje\b|\bsledované\b"
    r"|\bkövetés\w*|\bkövetett\w*|\burmăriri\b|\btakip(?: edilen| ediliyor)?\b"
    r"|\bmengikuti\b|\bprati\b|\bподпис(?:ок|ки|ка)\b|\bчитаем\w*|\bпідписк\w*"
    r"|\bпідписок\b|\bđang theo dõi\b|متابَع(?:ين|ون)?|المتابَع(?:ين|ون)"
    r"|フォロー中|フォロー|正在关注|已关注|正在追蹤|追蹤中|팔로잉|팔로우"
    r"|กำลังติดตาม|फ़ॉलो कर"
)
_POSTS = (
    r"posts?\b|\bpost\(s\)|\btweets?\b|\btoots?\b|\bthreads?\b|\bstatuses\b"
    r"|\bpublicaciones\b|\bpublicación\b|\bpublicações\b|\bpublicação\b"
    r"|\bpublications?\b"
    r"|\bbeiträge?n?\b|\bbeitrag\b|\bpublicacions\b|\bpubblicazion[ei]\b|\bberichten\b"
    r"|\bpost(?:ów|y)\b|\binlägg\b|\binnlegg\b|\bopslag\b|\bjulkaisu\w*|\bpříspěv\w+"
    r"|\bpríspev\w+|\bbejegyzés\w*|\bpostări\b|\bgönderi\w*|\bpostingan\b|\bkiriman\b"
    r"|\bobjav[ae]\b|\bпост(?:ов|а|ы|ів)?\b|\bпубликаци\w+|\bзапис(?:ей|и|ь)\b"
    r"|\bдопис\w*"
    r"|\bδημοσιεύσ\w+|\bbài viết\b|منشور(?:ات|ًا)?|פוסטים"
    r"|投稿|帖子|貼文|게시물|게시글|โพสต์|पोस्ट"
)
_OTHERS = (
    r"likes?\b|\btalking about this\b|\bviews?\b|\bvideos?\b|\bpins?\b|\btracks?\b"
    r"|\bphotos?\b|\bconnections?\b|\bfriends?\b|\bmembers?\b|\brepositor(?:y|ies)\b"
    r"|\bmonthly listeners?\b|\blisteners?\b|\bboards?\b|\bplaylists?\b|\breposts?\b"
    r"|\bmentions j.aime\b|\bj.aime\b|\bme gusta\b|\bcurtidas\b|\bmi piace\b"
    r"|\bhearts?\b"
    r"|\bgefällt\b|\bstars?\b|\bwere here\b|\bкомментари\w+|\bлайк\w*|\bвидео\b"
    r"|いいね|人关注|获赞|좋아요|\breplies\b|\bcomments?\b|\bstories\b|\barticles?\b"
)

COUNT_WORDS = {
    "followers": r"\b" + _FOLLOWERS,
    "following": r"\b" + _FOLLOWING,
    "posts": r"\b" + _POSTS,
    "others": r"\b" + _OTHERS,
    "videos": r"\bvid[eé]os?\b|\bвидео\b|動画|视频|影片|동영상",
    "members": (
        r"\bmembers?\b|\bmitglieder\b|\bmiembros?\b|\bmembros?\b|\bmembres?\b"
        r"|\bmembri\b"
        r"|\bучастник\w*|\bүye\b|\büye\b|\bleden\b|成员|メンバー|멤버"
    ),
}
"""What is counted -> the words for it, in the languages large services speak."""

_COUNTED = ("others", "followers", "following", "posts")
COUNTED_WORD = re.compile(
    "|".join(f"(?P<{name}>{COUNT_WORDS[name]})" for name in _COUNTED), re.IGNORECASE
)

ZEROS: dict[str, int] = {}
"""Suffix, lower case and without its full stop -> what the number is multiplied by."""

for _factor, _words in (
    (100, "hundred"),
    (
        1_000,
        (
            "k thousand thousands tsd tausend mil mille mila mii tis tys tisíc tusen"
            " tusind"
            " duizend tuhatta ezer bin ribu rb nghìn ngàn хил тыс тысяч тысячи тысяча"
            " тис"
            " тисяч хиљ χιλ χιλιάδες ألف آلاف الف هزار אלף हज़ार हजार হাজার พัน 千 천"
        ),
    ),
    (10_000, "万 萬 만 หมื่น"),
    (100_000, "lakh lakhs lac lacs लाख แสน"),
    (
        1_000_000,
        (
            "m mn mln mio mill millón millon millones million millions millionen milion"
            " milioni miliony milionů milionów milione milhão milhões mi milj miljoen"
            " miljoonaa miljoner millioner millió milyon juta jt triệu tr млн миллион"
            " миллиона миллионов мільйон мільйонів милион милиона εκ εκατ مليون ملايين"
            " میلیون מיליון ล้าน 百万 百萬"
        ),
    ),
    (10_000_000, "crore crores cr करोड़ करोड 千万 千萬"),
    (100_000_000, "億 亿 억"),
    (
        1_000_000_000,
        (
            "b bn billion billions mrd md mds milliard milliards milliarden miliardi"
            " mld miliard млрд миллиард миллиарда мільярд bilhão bilhões tỷ مليار"
        ),
    ),
):
    ZEROS |= dict.fromkeys(_words.split(), _factor)

JOINED_ZEROS = tuple(
    sorted((word for word in ZEROS if word > "\u08ff"), key=len, reverse=True)
)
"""Suffixes of scripts in which the next word may follow without a space."""

LOCAL_ZEROS = (
    (re.compile(r"takip|abone|gönderi|beğen", re.IGNORECASE), {"b": 1_000}),
    (re.compile(r"abonați|urmărit|urmărir", re.IGNORECASE), {"mil": 1_000_000}),
)
"""Words that betray a language in which a suffix means something else."""

NOT_A_COUNT = re.compile(
    r"\b(?:joined|since|registered|born|created|founded|established|est|active|updated"
    r"|seit|beigetreten|depuis|inscrit|desde|se unió|entrou|dal|iscritto|sinds|sedan"
    r"|copyright|age|aged|version|page|level|rank|ago|today|yesterday"
    r"|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?"
    r"|jahre?n?|tage?n?|stunden?|años?|días?|horas?|ans|jours?|heures?|anni|giorni"
    r"|лет|года?|дн(?:я|ей)|с \d{4}|h|(?-i:m)|d|s|km|kg|px|away"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t|tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai"
    r"|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto"
    r"|septiembre|octubre|noviembre|diciembre|janvier|février|mars|avril|juin|juillet"
    r"|août|octobre|décembre|январ\w*|феврал\w*|марта?|апрел\w*|мая|июн\w|июл\w"
    r"|август\w*|сентябр\w*|октябр\w*|ноябр\w*|декабр\w*)\b"
    r"|©|[年月日]|歳|岁",
    re.IGNORECASE,
)
"""Words that make a lone number a date, an age, a length or a rank."""
