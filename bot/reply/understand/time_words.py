"""Words for times in the large languages. Tables; `time_patterns` makes patterns of them.

All are written as `time_patterns.folded` returns them: lower case, Latin and Cyrillic letters without accents.
"""

from typing import Final

TODAY: Final = """
    earlier today|today so far|so far today|today|todays|hoy|heute|aujourd'hui|aujourd’hui|aujourdhui|hoje|oggi|vandaag|idag|i dag|
    dzisiaj|dzis|сегодня|сьогодні|bugun|hari ini|hom nay|tanaan|dnes|astazi|azi|σημερα|วันนี้|היום|امروز|اليوم|आज|今日|本日|今天|오늘
"""
YESTERDAY: Final = """
    yesterday|yesterdays|ayer|gestern|hier|ontem|ieri|gisteren|igar|i gar|wczoraj|вчера|вчора|dun|kemarin|hom qua|eilen|
    vcera|tegnap|χθες|χτες|เมื่อวาน|เมื่อวานนี้|אתמול|دیروز|البارحة|امبارح|مبارح|أمس|امس|昨日|昨天|어제
"""
DAY_BEFORE_YESTERDAY: Final = """
    the day before yesterday|day before yesterday|anteayer|antes de ayer|antier|vorgestern|avant-hier|avant hier|anteontem|
    l'altro ieri|altro ieri|avantieri|eergisteren|i forrgar|forrgar|przedwczoraj|позавчера|evvelsi gun|onceki gun|一昨日|
    おととい|前天|그저께|그제|أول أمس
"""
LIVE: Final = """
    right now|live|now|currently|at the moment|rn|atm|ahora mismo|ahora|en vivo|en directo|jetzt|gerade|
    derzeit|maintenant|en ce moment|en direct|agora|ao vivo|adesso|in questo momento|in diretta|сейчас|в эфире|зараз|
    simdi|su an|canli|teraz|na zywo|op dit moment|just nu|sekarang|bay gio|الآن|الان|अभी|ライブ|現在|今すぐ|现在|
    正在|지금|라이브
"""
UNITS: Final = {
    1: """
        d|day|days|dia|dias|tag|tage|tagen|tages|jour|jours|giorno|giorni|dag|dagen|dagar|dage|dager|dzien|dni|день|дня|дней|
        дні|днів|gun|gunluk|hari|ngay|يوم|أيام|ايام|दिन|दिनों|paivaa|dni|dnu|zile|ημερες|μερες|วัน|araw|ימים|روز|日間|日|天|일간|일
    """,
    7: """
        w|wk|wks|week|weeks|semana|semanas|woche|wochen|semaine|semaines|settimana|settimane|weken|vecka|veckor|uke|uker|uge|
        uger|tydnu|tydny|viikko|viikkoa|het|saptamani|saptamana|εβδομαδα|εβδομαδες|สัปดาห์|שבועות|tydzien|tygodnie|tygodni|неделя|неделю|недели|недель|тиждень|тижні|hafta|minggu|tuan|أسبوع|اسبوع|أسابيع|
        सप्ताह|हफ्ते|週間|週|周|星期|주일|주
    """,
    14: "fortnight|fortnights",
    30: """
        month|months|mes|meses|monat|monate|monaten|mois|mese|mesi|maand|maanden|manad|manader|maned|maneder|miesiac|
        miesiace|miesiecy|месяц|месяца|месяцев|місяць|ay|bulan|thang|mesice|luni|μηνα|μηνες|เดือน|חודשים|شهر|أشهر|महीने|महीना|か月|ヶ月|カ月|ケ月|個月|个月|개월|달
    """,
    365: """
        y|yr|yrs|year|years|ano|anos|jahr|jahre|jahren|an|ans|annee|annees|anno|anni|jaar|ar|rok|lata|lat|год|года|лет|рік|
        yil|tahun|nam|سنة|عام|साल|年間|年|년
    """,
}
# Units without a number mean the last one: "week" is the last 7 days.
SPANS: Final = {
    7: """
        viime viikolla|viime viikko|uke|uge|minuly tyden|posledni tyden|mult heten|mult het|минулого тижня|saptamana trecuta|
        την περασμενη εβδομαδα|την προηγουμενη εβδομαδα|περασμενη εβδομαδα|สัปดาห์ที่แล้ว|อาทิตย์ที่แล้ว|שבוע שעבר|בשבוע שעבר|
        هفته گذشته|week|weekly|semana|woche|semaine|settimana|vecka|veckan|uken|ugen|tydzien|tygodniu|неделя|неделю|неделе|недели|
        тиждень|hafta|haftaki|haftalik|minggu|tuan truoc|أسبوع|الأسبوع|सप्ताह|हफ्ते|先週|一週間|
        上周|上週|一周|上个星期|지난 주|지난주|일주일|주간
    """,
    14: "fortnight",
    15: "quincena|quinzaine|quinzena",
    30: """
        luna trecuta|minuly mesic|viime kuussa|เดือนที่แล้ว|בחודש שעבר|месяце|month|monthly|el mes|ultimo mes|del mes|mes pasado|no mes|monat|mois|mese|maand|
        manaden|manad|maned|miesiac|miesiacu|месяц|месяца|місяць|gecen ay|son ay|aylik|bulan lalu|
        thang truoc|شهر|الشهر|महीने|先月|一か月|一ヶ月|上个月|上個月|一个月|지난달|
        지난 달|한달|한 달
    """,
    365: """
        year|yearly|el ano|ultimo ano|del ano|ano pasado|jahr|annee|
        ultimo anno|anno scorso|jaar|aret|rok temu|ostatni rok|год|году|року|gecen yil|son yil|yillik|
        tahun lalu|nam ngoai|سنة|السنة|عام|साल|去年|昨年|一年|작년|일년|일 년
    """,
}
# "This" week, month or year: from its first day on. Units that are also other words need one of `THIS` before them.
TO_DATE: Final = {
    7: """
        wtd|השבוע|tento tyden|ezen a heten|talla viikolla|ten tydzien|tym tygodniu|tego tygodnia|今週|この週|本周|这周|這週|本週|这个星期|這個星期|这星期|이번 주|이번주|금주
    """,
    30: """
        mtd|ten miesiac|tym miesiacu|tego miesiaca|今月|本月|这个月|這個月|这月|이번 달|이번달
    """,
    365: """
        ytd|quest'anno|quest’anno|i ar|ten rok|tym roku|tego roku|今年|本年|올해|금년
    """,
}
UNITS_OF_THIS: Final = {
    7: "wk|тижня|неделя|неделю|неделе|недели|tuan|tydzien",
    30: "mes|ay|bulan|thang|месяце|месяца|місяця|manad|manaden|місяці|شهر",
    365: "ano|anno|yil|tahun|nam|an|ar|года|році|року|سنة",
}
THIS: Final = """
    this|current|the current|esta|este|desta|deste|dessa|desse|nessa|nesse|nesta|neste|essa|esse|diese|dieser|diesen|dieses|diesem|
    laufende|laufenden|aktuellen|cette|ce|cet|questa|questo|di questa|di questo|deze|dit|denna|denne|dette|эта|эту|этот|этой|этом|
    этого|текущий|текущую|текущем|цей|цього|bu|هذا|هذه|इस
"""
THIS_BEHIND: Final = "so far|to date|ini|nay|actual|corriente|en curso|en cours|in corso|atual|corrente|bisher"
START_OF: Final = """
    the start of the|the beginning of the|start of the|beginning of the|the start of this|the beginning of this|start of this|
    beginning of this|lo que va de|lo que va del|en lo que va de|en lo que va del|principios de|principio de|inicio de|inicio del|anfang des|anfang der|beginn des|beginn der|
    debut du|debut de l'|debut de la|inizio del|inizio dell'|начала
"""
NUMBERS: Final = {
    1: "one|a|an|un|una|uno|ein|eine|einem|einer|une|um|uma|een|en|ett|один|одну|bir|一",
    2: "two|couple|couple of|a couple of|a couple|dos|zwei|deux|dois|duas|due|twee|tva|dwa|два|две|iki|dua|二|两|兩|두",
    3: "three|tres|drei|trois|tre|drie|trzy|три|uc|tiga|三|세",
    4: "four|cuatro|vier|quatre|quatro|quattro|fyra|fire|cztery|четыре|dort|empat|四|네",
    5: "five|cinco|funf|cinq|cinque|vijf|fem|piec|пять|bes|lima|五",
    6: "six|seis|sechs|sei|zes|sex|szesc|шесть|alti|enam|六",
    7: "seven|siete|sieben|sept|sete|sette|zeven|sju|siedem|семь|yedi|tujuh|七",
    8: "eight|ocho|acht|huit|oito|otto|atta|osiem|восемь|sekiz|delapan|八",
    9: "nine|nueve|neun|neuf|nove|negen|nio|dziewiec|девять|dokuz|sembilan|九",
    11: "eleven|once|elf|onze|undici|elva|jedenascie|одиннадцать",
    12: "twelve|a dozen|dozen|doce|zwolf|douze|doze|dodici|twaalf|tolv|dwanascie|двенадцать|十二",
    15: "fifteen|quince|funfzehn|quinze|quindici|vijftien|femton|pietnascie|пятнадцать|十五",
    20: "twenty|veinte|zwanzig|vingt|vinte|venti|twintig|tjugo|dwadziescia|двадцать|二十",
    21: "veintiuno|einundzwanzig|ventuno",
    28: "veintiocho|achtundzwanzig|ventotto",
    40: "forty",
    50: "fifty",
    60: "sixty|sesenta|sechzig|soixante|sessenta|sessanta|шестьдесят",
    80: "eighty",
    90: "ninety|noventa|neunzig|novanta|девяносто",
    100: "a hundred|one hundred|hundred|cien|hundert|cent|cem|cento|honderd|hundra|sto|сто|一百",
    10: "ten|diez|zehn|dix|dez|dieci|tien|tio|dziesiec|десять|on|sepuluh|十",
    14: "fourteen|catorce|vierzehn|quatorze|quattordici",
    30: "thirty|treinta|dreißig|trente|trinta|trenta|тридцать",
}
TENS: Final = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
ONES: Final = "one|two|three|four|five|six|seven|eight|nine"
HALF: Final = "half|medio|media|halbes|halbe|halben|demi|meio|meia|mezzo|mezza|halve|halv|pol|полгода"
LAST: Final = """
    last|past|previous|the last|the past|ultimos|ultimas|ultimo|ultima|los ultimos|las ultimas|letzten|letzte|letzter|letztes|
    vergangenen|die letzten|den letzten|derniers|dernieres|dernier|derniere|les derniers|ces|ultimi|ultime|negli ultimi|
    laatste|afgelopen|senaste|siste|sidste|ostatnie|ostatnich|ostatni|последние|последних|последний|за последние|за|останні|
    son|gecen|terakhir|اخر|آخر|पिछले|過去|直近|ここ|最近|过去|過去|近|지난|최근
"""
# Between a number and its unit.
LAST_BEHIND: Final = """
    derniers|dernieres|ultimos|ultimas|ultimi|ultime
"""
# Words directly before a unit; they are part of the time.
AROUND_SPAN: Final = """
    in|for|over|during|earlier|this|dessa|desse|nessa|nesse|desta|deste|last|past|previous|all|whole|full|esta|este|del|por|pasada|pasado|ultima|
    ultimo|durante|diese|dieser|diesen|dieses|letzte|letzten|letzter|letztes|vergangene|cette|ce|
    derniere|dernier|cet|essa|esse|nesta|neste|passada|passado|questa|questo|scorsa|scorso|nell'ultima|
    nell'ultimo|deze|vorige|afgelopen|denna|forra|senaste|ten|tym|w|w tym|zeszly|zeszlym|zeszlego|ubieglym|ubiegly|forrige|siste|sidste|ostatni|эта|эту|этот|прошлая|
    прошлую|прошлый|прошлой|прошлом|прошлого|минулого|минулий|за|на|в|этой|последнюю|последний|bu|gecen|son|ini|lalu|هذا|الماضي|इस|पिछले
"""
AFTER_SPAN: Final = """
    pasada|pasado|derniere|dernier|passada|passado|scorsa|scorso|lalu|ini|terakhir|الماضي
"""
AGO_BEHIND: Final = """
    ago|atras|zuruck|fa|geleden|sedan|siden|temu|назад|тому|once|yang lalu|lalu|truoc|前|以前|之前|전|पहले
"""
AGO_BEFORE: Final = "hace|vor|il y a|ha|قبل|منذ"
# Only one side of such a time is said.
BEFORE: Final = """
    until|till|before|prior to|up to|up until|after|hasta|antes de|antes del|despues de|despues del|bis|vor|nach|avant|
    avant le|apres|jusqu'a|jusqu'au|ate|antes|depois de|fino a|prima di|dopo|voor|tot|przed|po|до|после|перед
"""
WEEK_OF: Final = """
    week of|week from|week starting|week beginning|week commencing|w/c|semana del|semana de|woche vom|woche ab|semaine du|
    settimana del
"""
COMPARED: Final = """
    vs|versus|v|or|and|than|against|compared to|compared with|y|o|und|oder|gegen|et|ou|contre|e|ou|contra|oppure|contro|
    och|eller|lub|и|или|против|ve|veya|&|と|和|対
"""
SINCE: Final = "since|from|starting|desde|seit|ab|depuis|dal|dalla|sinds|sedan|od|с|со|from the"
UNTIL: Final = """
    to|till|til|until|through|thru|and|-|–|—|~|〜|bis|hasta|al|a|y|au|jusqu'au|et|ate|e|fino a|tot|en|och|til|do|по|до|и|ve|から|부터
"""
WEEKDAYS: Final = (
    "monday|mondays|lunes|montag|lundi|segunda-feira|lunedi|maandag|mandag|poniedzialek|понедельник|pazartesi|月曜日|月曜|周一|星期一|월요일",
    "tuesday|tuesdays|tues|martes|dienstag|mardi|terca-feira|martedi|dinsdag|tisdag|tirsdag|wtorek|вторник|sali|火曜日|火曜|周二|星期二|화요일",
    "wednesday|wednesdays|weds|miercoles|mittwoch|mercredi|quarta-feira|mercoledi|woensdag|onsdag|sroda|srode|среда|среду|"
    "carsamba|水曜日|水曜|周三|星期三|수요일",
    "thursday|thursdays|thurs|thur|jueves|donnerstag|jeudi|quinta-feira|giovedi|donderdag|torsdag|czwartek|четверг|persembe|木曜日|木曜|周四|"
    "星期四|목요일",
    "friday|fridays|viernes|freitag|vendredi|sexta-feira|venerdi|vrijdag|fredag|piatek|пятница|пятницу|cuma|金曜日|金曜|周五|星期五|금요일",
    "saturday|saturdays|sabado|samstag|sonnabend|samedi|sabato|zaterdag|lordag|sobota|sobote|суббота|субботу|cumartesi|土曜日|土曜|"
    "周六|星期六|토요일",
    "sunday|sundays|domingo|sonntag|dimanche|domenica|zondag|sondag|niedziela|niedziele|воскресенье|воскресение|pazar|日曜日|日曜|周日|"
    "星期日|星期天|일요일",
)
SHORT_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKENDS: Final = """
    weekend|week-end|fin de semana|finde|wochenende|fim de semana|fine settimana|helgen|выходные|выходных|weekendu|
    hafta sonu|akhir pekan|週末|周末|주말
"""
# Months that can be alone; those that are also other words are in `MONTHS_WITH_MORE`.
MONTHS: Final = (
    "january|enero|januar|janner|janvier|janeiro|gennaio|januari|styczen|январь|январе|января|ocak",
    "february|febrero|februar|fevrier|fevereiro|febbraio|februari|февраль|феврале|февраля|subat",
    "marzo|marz|marco|marzec|maart|марте|марта",
    "april|abril|avril|aprile|kwiecien|апрель|апреле|апреля|nisan",
    "mayo|maggio|maio|майе|мае|mayis",
    "june|junio|juni|juin|junho|giugno|czerwiec|июнь|июне|июня|haziran",
    "july|julio|juli|juillet|julho|luglio|lipiec|июль|июле|июля|temmuz",
    "august|agosto|aout|augustus|sierpien|август|августе|августа|agustos",
    "september|septiembre|septembre|setembro|settembre|wrzesien|сентябрь|сентябре|сентября|eylul",
    "october|octubre|oktober|octobre|outubro|ottobre|pazdziernik|октябрь|октябре|октября|ekim",
    "november|noviembre|novembre|novembro|listopad|ноябрь|ноябре|ноября|kasim",
    "december|diciembre|dezember|decembre|dezembro|dicembre|grudzien|декабрь|декабре|декабря|aralik",
)
# Months only with a day, a year or a preposition.
MONTHS_WITH_MORE: Final = (
    "jan|ene|janv",
    "feb|febr|fev",
    "mar|march|mars|март",
    "apr|abr|avr",
    "may|mai|май|mag|maj|mei",
    "jun",
    "jul",
    "aug",
    "sep|sept",
    "oct|okt|ott",
    "nov",
    "dec|dic|dez",
)
# Of these, words that have another meaning: "dota 2 may be" names no day.
MONTHS_AND_WORDS: Final = "mar|march|mars|may|mai|mag|maj|mei|dic|set"
IN_MONTH: Final = "in|during|for|last|of|en|im|em|nel|en el mes de|в|w|i|le mois de|past|this"
# Times that are not supported or are in the future. They are recognized so that no part of them is taken for a time.
UNKNOWN: Final = """
    last night|yesterday night|tonight|tonite|this morning|this afternoon|this evening|yesterday morning|yesterday evening|
    yesterday afternoon|last evening|overnight|at noon|at midnight|the other day|some time ago|a while ago|a while back|
    anoche|esta noche|esta manana|esta tarde|heute nacht|letzte nacht|gestern abend|heute abend|heute morgen|hier soir|ce soir|
    ce matin|cette nuit|ontem a noite|hoje a noite|esta noite|stasera|stanotte|stamattina|ieri sera|vannacht|gisteravond|
    вчера вечером|сегодня вечером|сегодня утром|сегодня ночью|ночью|dun gece|bu gece|bu sabah|dun aksam|昨夜|昨晩|今夜|今朝|
    昨晚|今晚|今早|어젯밤|오늘밤|오늘 밤|오늘 아침|
    tomorrow|tomorrows|manana|morgen|demain|amanha|domani|завтра|yarin|jutro|imorgon|besok|明日|明天|내일|غدا|
    all time|all-time|alltime|of all time|all times|lifetime|since forever|since the beginning|historically|
    de todos los tiempos|todo el tiempo|historico|aller zeiten|insgesamt|jemals|de tous les temps|de todos os tempos|
    di sempre|за все время|tum zamanlar|tum zamanlarin|歴代|全期間|累計|史上|有史以来|역대|
    last quarter|this quarter|this season|last season|last decade|this decade|last century|last few days|past few days|
    few days|few weeks|several days|several weeks|some days|last days|recent days|last couple days|
    last spring|last summer|last fall|last autumn|last winter|this spring|this summer|this fall|this autumn|this winter|
    last christmas|this christmas|last easter|last new year|letzten sommer|l'ete dernier|verano pasado|
    later today|कल|last stream|last streams|last broadcast|last time|latest stream|ultimo directo|ultimo stream|letzter stream
"""
# Days that are not dates of the calendar that we know; behind a greeting they are not times.
HOLIDAYS: Final = """
    christmas|xmas|halloween|thanksgiving|easter|new years|new year's|new year’s|new years eve|new year's eve|
    new year’s eve|black friday|cyber monday|valentines|valentine's|valentine’s|boxing day|navidad|nochebuena|nochevieja|
    weihnachten|heiligabend|silvester|ostern|noel|paques|natal|natale|capodanno|pasqua|pascoa|wielkanoc|рождество|
    новый год
"""
GREETINGS: Final = "merry|happy|feliz|joyeux|frohe|buon|bom"
SEASONS: Final = "spring|summer|autumn|fall|winter|verano|invierno|sommer|hiver|verao|inverno"
ORDINALS: Final = "first|1st|second|2nd|third|3rd|fourth|4th|last"
# Before and after a count of days: a time in the future.
FUTURE_BEFORE: Final = """
    in|in about|dans|en|em|dentro de|daqui a|tra|fra|om|za|через|بعد
"""
FUTURE_BEHIND: Final = """
    from now|from today|from tomorrow|from then|later|hence|ahead|after|sonra|lagi|nua|plus tard|despues|depois|spater|dopo|
    later on|спустя|后|後|以后|以後|之后|之後|후|뒤|이후|बाद
"""
# After these, a unit without a number is in the future, too: "через неделю".
FUTURE_BEFORE_ONE: Final = "через|za"
# Parts of a month, which are not supported.
PART_OF_MONTH: Final = """
    first week|1st week|second week|2nd week|third week|3rd week|fourth week|last week|first half|second half|last half|first weekend|
    last weekend|first days|last days|early|mid|late|middle|beginning|start|end|the end|half|anfang|mitte|ende|principios|mediados|
    finales|primera semana|ultima semana|debut|fin|mi|inicio|meados|final|inizio|meta|fine
"""
# "Over" is "in" before Dutch units, and the past before English ones.
DUTCH_UNITS: Final = "dag|dagen|weken|maand|maanden|jaar"
# A number after these is a week or a month of the calendar by its number, which is not supported.
NUMBERED_UNITS: Final = """
    week|wk|week no|week number|calendar week|kw|kalenderwoche|woche|semana|semaine|settimana|vecka|uke|uge|tydzien|неделя|
    hafta|minggu|month|monat|mes|mois|mese|maand|quarter|quartal|trimestre
"""
# A number before these is no year.
COUNTED: Final = "viewers|viewer|views|people|streamers|streams|followers|subs|times|points|dollars"
NEXT: Final = """
    next|coming|upcoming|following|the following|folgende|folgenden|siguiente|nachste|nachsten|nachster|nachstes|kommende|proxima|proximo|prochain|prochaine|prossima|prossimo|
    volgende|nasta|neste|przyszly|przyszlym|следующая|следующую|следующий|следующем|gelecek|来週|来月|来年|下周|下个月|明年|다음 주|다음주|다음 달|다음달|내년
"""
NEXT_BEHIND: Final = "after next|after|suivante|suivant|siguiente|seguinte|que vem|successiva|successivo|prochaine|prochain|que viene|proxima|proximo|prossima|prossimo|depan"
HOURS: Final = """
    hour|hours|hr|hrs|h|minute|minutes|min|mins|second|seconds|sec|hora|horas|minuto|minutos|stunde|stunden|std|minuten|heure|
    heures|ora|ore|minuti|uur|timme|timmar|timer|godzina|godziny|godzin|minut|час|часа|часов|минут|минуты|минуту|saat|dakika|jam|menit|
    gio|phut|ساعة|ساعات|घंटे|時間|分|小时|小時|分钟|分鐘|시간|분
"""
