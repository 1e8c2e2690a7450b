"""Phrases of mentions by category, in which {} is a name."""

from typing import Final

PLAIN: Final = ("{}", "{}?", "{} please", "{} stats", "stats for {}", "top {}", "how is {} doing?", "what about {}")
QUESTIONS: Final = (
    *PLAIN,
    "hey can you show me {}",
    "how many hours did people watch {}",
    "how many viewers does {} have",
    "tell me about {}",
    "who watches {}",
    "{} watch time pls",
    "i want to know how {} is doing",
    "yo whats up with {}",
    "is {} popular these days?",
    "give me the numbers of {} 🙏",
    "{} 📊",
    "looking for {} viewership",
)
OF_GAMES: Final = ("top streamers of {}", "who streams {} the most?", "most watched {} streamers", "best {} channels")
OF_STREAMERS: Final = ("what does {} play", "which games does {} stream", "how long did {} stream", "@{} stats")

TIMES: Final = {
    "yesterday": "",
    "today": "today",
    "right now": "live",
    "live": "live",
    "last 7 days": "7 days",
    "last week": "7 days",
    "this month": "22 days",
    "past 3 days": "3 days",
    "last two weeks": "14 days",
    "over the last year": "365 days",
    "3 days ago": "2026-11-20",
    "two weeks ago": "2026-11-09",
    "the day before yesterday": "2026-11-21",
    "on Monday": "2026-11-16",
    "last friday": "2026-11-20",
    "last weekend": "2 days",
    "since friday": "3 days",
    "on Nov 20": "2026-11-20",
    "November 3rd": "2026-11-03",
    "on the 14th of november": "2026-11-14",
    "2026-11-20": "2026-11-20",
    "11/19": "2026-11-19",
    "19.11.2026": "2026-11-19",
    "from Nov 1 to Nov 7": "2026-11-01..2026-11-07",
    "nov 10 to 12": "2026-11-10..2026-11-12",
    "in october": "2026-10-01..2026-10-31",
    "september 2026": "2026-09-01..2026-09-30",
    "in 2025": "2025-01-01..2025-12-31",
}
UNKNOWN_TIMES: Final = (
    *(
        "last night",
        "last hour",
        "in the last 24 hours",
        "past 6 hours",
        "all time",
        "tomorrow",
        "next week",
        "tonight",
    ),
    *("feb 30", "-5 days", "2 years", "last 900 days", "9999-12-31", "2026-13-01", "this morning", "since 2019"),
    *("30 minutes ago", "at 9pm", "last 48h", "next month", "this evening", "november 31", "5 hours", "last summer"),
)
# Template, and the time that it names.
LANGUAGES: Final = {
    "es": (
        ("¿cómo va {}?", ""),
        ("estadísticas de {} hoy", "today"),
        ("cuántas horas se vio {} ayer", ""),
        ("muéstrame {} de esta semana", "today"),
        ("{} últimos 7 días por favor", "7 days"),
        ("dame los números de {} hace 3 días", "2026-11-20"),
        ("quiénes son los mejores streamers de {} este mes", "22 days"),
    ),
    "de": (
        ("wie läuft {}?", ""),
        ("zeig mir {} von gestern", ""),
        ("statistik für {} heute bitte", "today"),
        ("wie viele Zuschauer hatte {} letzte Woche", "7 days"),
        ("{} vor 3 Tagen", "2026-11-20"),
        ("{} letzten 14 Tage", "14 days"),
        ("was ist mit {} diesen Monat", "22 days"),
    ),
    "fr": (
        ("comment va {} ?", ""),
        ("combien d'heures pour {} hier", ""),
        ("les stats de {} aujourd'hui svp", "today"),
        ("{} cette semaine", "today"),
        ("montre-moi {} il y a 3 jours", "2026-11-20"),
        ("qui regarde {} en ce moment", "live"),
        ("{} les 7 derniers jours", "7 days"),
    ),
    "pt": (
        ("como está {}?", ""),
        ("quantas horas assistiram {} ontem", ""),
        ("estatísticas de {} hoje", "today"),
        ("me mostra {} dessa semana", "today"),
        ("{} últimos 30 dias", "30 days"),
        ("números do {} por favor", ""),
        ("{} agora", "live"),
    ),
    "it": (
        ("come va {}?", ""),
        ("statistiche di {} ieri", ""),
        ("quante ore ha fatto {} oggi", "today"),
        ("{} la settimana scorsa", "7 days"),
        ("mostrami {} ultimi 7 giorni", "7 days"),
        ("quanti spettatori ha {} adesso", "live"),
    ),
    "ja": (
        ("{} 昨日", ""),
        ("{} の視聴時間を教えて", ""),
        ("今日の {} はどう？", "today"),
        ("{} 過去7日間", "7 days"),
        ("{} 今週のランキング", "today"),
    ),
    "ko": (
        ("{} 어제", ""),
        ("{} 오늘 시청 시간", "today"),
        ("{} 어때?", ""),
        ("{} 지난 7일 통계 알려줘", "7 days"),
        ("{} 이번 주", "today"),
    ),
    "ru": (
        ("как дела у {}?", ""),
        ("статистика {} за вчера", ""),
        ("{} сегодня", "today"),
        ("сколько часов смотрели {} за неделю", "7 days"),
        ("покажи {} за последние 7 дней", "7 days"),
        ("{} сейчас", "live"),
    ),
    "tr": (
        ("{} nasıl?", ""),
        ("{} dün kaç saat izlendi", ""),
        ("{} bugün", "today"),
        ("{} son 7 gün", "7 days"),
        ("{} istatistikleri bu hafta", "today"),
    ),
    "zh": (
        ("{} 昨天", ""),
        ("{} 今天怎么样", "today"),
        ("{} 最近7天的数据", "7 days"),
        ("看看 {} 本周", "today"),
        ("{} 观看时间 前天", "2026-11-21"),
    ),
}
CHATTER: Final = """
    who asked|no one asked bro|touch grass my guy|this made my day|i can't even|what is happening right now|same honestly|
    mood|i'm done with this app|did you eat today|my cat just knocked over my coffee|it's so cold outside|happy friday everyone|
    can't wait for the weekend|what a time to be alive|i miss summer|anyone else tired|ok boomer|say less|big if true|
    check my dm|look at your dms|follow for follow|marry me|will you be my friend|tell me a joke|how are you today|
    where are you from|are you real|do you sleep|do you have feelings|what's the meaning of life|i have an exam tomorrow|
    just got home from work|going to bed now|good luck with that|see you at the concert|best day ever|
    this is the way|we are so back|it's over|i was there|screenshot this|aged like milk|let him cook|
    he's just like me|she's so pretty|they did it again|you had one job|sounds about right|i agree with this|
    facts don't care about your feelings|source: trust me|source?|citation needed|delete this|post the full video|
    what's the song name|where is this from|who is this guy|is this real life|how is that legal|why would you do that|
    what did i just watch|my mom says hi|my dog ate my homework|currently eating pizza|new phone who dis|
    coffee first|monday again|happy birthday to me|so proud of you|welcome back|long time no see|
    the dress is blue and black|pineapple belongs on pizza|change my mind|hot take but ok|unpopular opinion|
    stream was great today|loved the show|great episode|the ending was sad|no spoilers please|
    i'm crying in the club|sending hugs|stay safe out there|drink water|read the room|not the flex you think it is|
    this you?|bro thinks he's him|lowkey iconic|main character energy|rent free|it's giving|period|slay queen|
    haha|hahahaha|jajaja|kkkkk|www|lmao ok|😂😂😂|💀|🫡|gm|gn|goat|ratio|first|second|W|L|this|that|yes|no|maybe|ok|okay|
    hello|hi there|hey|sup|what's up|yo|good morning|good night|bye|see ya|nice|cool|great|awesome|amazing|wow|omg|
    wtf|bruh|bro|dude|yikes|oof|cringe|based|true|facts|cap|no cap|bet|sus|fire|mid|trash|top|what|why|when|who|how|
    today|yesterday|tomorrow|live|weekend|stats|please|sorry|love|hate|god|king|queen|legend|real|fake|news|music please stop|
    qué risa|no manches|vamos con todo|feliz cumpleaños|te quiero mucho|dónde estás|qué hora es|hasta mañana|
    alles gute zum geburtstag|ich hab hunger|wo bist du|bis morgen|keine ahnung|das ist lustig|ich liebe dich|
    c'est trop drôle|joyeux anniversaire|à demain|je t'aime|j'ai faim|t'es où|que coisa linda|feliz aniversário|até amanhã|
    tô com fome|che bello|buon compleanno|a domani|ti amo|ho fame|お腹すいた|おはようございます|おやすみ|かわいい|すごい|
    배고파|잘 자|안녕하세요|생일 축하해|доброе утро|спокойной ночи|я тебя люблю|с днём рождения|günaydın|iyi geceler|
    doğum günün kutlu olsun|seni seviyorum|早上好|晚安|生日快乐|我爱你|صباح الخير|مساء الخير|goedemorgen|god morgon|dzień dobry
"""
SPAM: Final = """
    buy crypto now|join my crypto group for free signals|i made $5000 in one week dm me|100x gem don't miss out 🚀🚀|
    free airdrop claim now https://t.co/abc|click the link in my bio|hot singles near you|earn money from home today|
    dm me to promote your channel|get 1000 followers fast|cheap viewers for your stream dm|check out my new song on spotify|
    my onlyfans is 50% off|congratulations you won an iphone|your account will be suspended verify now|
    send 1 btc get 2 back|forex trading made easy|i can recover your hacked account|best essay writing service|
    need a logo designer? dm me|we love your content let's collaborate|promote it on @bigpage|
    whatsapp me for investment tips|this token will moon|presale is live now|whitelist spots open|
    nft drop tonight|invest in gold today|passive income for everyone|download the app and get $20|
    subscribe to my channel|follow me and i follow back|like and retweet to win|giveaway! tag three friends|
    loans at low interest|work with us remotely|learn to trade like a pro|limited offer ends today|
    gana dinero desde casa|compra ahora con descuento|geld verdienen von zuhause|gagnez de l'argent facilement|
    ganhe dinheiro em casa|guadagna online subito|заработок в интернете|kazan kazan kazan|#crypto #bitcoin #eth|
    #ad #sponsored great product|join us #giveaway|read my thread on startups|vote for me please|sign the petition
"""
INSULTS: Final = """
    you suck|shut your mouth|you're garbage|worst bot ever|stupid bot|dumb bot|delete your account|nobody likes you|
    get a life|you are a clown|what a loser|kys bot|go to hell|screw you|fuck you|f off|piece of shit|trash account|
    you're annoying|i hate you|useless piece of junk|your numbers are fake|liar|scammer|fraud|this bot is broken|
    broken bot lol|learn to code|who made this garbage|whoever made you should be ashamed|pathetic|you're so wrong|
    idiot|moron|dumbass|bitch|clown account|imbécil|eres un idiota|vete a la mierda|das ist müll|du idiot|halt die fresse|
    ferme ta gueule|t'es nul|espèce de con|seu idiota|vai se foder|lixo|stronzo|sei un cretino|che schifo|バカ|死ね|うざい|
    바보야|꺼져|дурак|иди нахуй|тупой бот|aptal bot|salak|傻逼|垃圾机器人|滚|wat een sukkel|jävla idiot|głupi bot
"""
THANKS: Final = """
    thanks|thank you|thank you so much|thanks bot|ty|tysm|thx bro|cheers|much appreciated|appreciate you|thanks a lot|
    thank u|many thanks|you're the best|good bot|great work|gracias|muchas gracias|gracias bot|mil gracias|te agradezco|
    danke|danke schön|vielen dank|dankeschön|danke dir|merci|merci beaucoup|merci bien|mille mercis|obrigado|obrigada|
    muito obrigado|valeu|brigado|grazie|grazie mille|ti ringrazio|bedankt|dank je wel|dankjewel|tack|tack så mycket|
    takk|tusen takk|tak|mange tak|kiitos|dziękuję|dzięki|wielkie dzięki|děkuji|спасибо|большое спасибо|спс|дякую|
    teşekkürler|teşekkür ederim|sağol|eyvallah|ありがとう|ありがとうございます|どうもありがとう|感謝します|고마워|감사합니다|고맙습니다|
    谢谢|谢谢你|多谢|感谢|شكرا|شكرا جزيلا|धन्यवाद|बहुत धन्यवाद|terima kasih|makasih|cảm ơn|cảm ơn bạn|salamat|ευχαριστώ|תודה|
    ขอบคุณ|mulțumesc|köszönöm|hvala|благодаря|aitäh|gràcies|eskerrik asko
"""
STATEMENTS: Final = """
    buy crypto now|sleep well|i love art|this is music|this is just sports|modern art is weird|music makes me happy|
    i need sleep|who needs sleep|stray dogs everywhere|control yourself|i lost control|rust never sleeps|my bike has rust|
    politics is exhausting|no politics please|retro vibes|sports are boring|art is dead|crypto is a scam|
    the music was too loud|turn up the music|go to sleep|can't sleep again|sleep is overrated|inside my head|stay inside|
    life is a journey|enjoy the journey|peak fiction|peak performance by him|raft on the river|journey before destination|
    chess not checkers|poker face|science rules|food and drink tonight|control the narrative|hades and persephone|
    portal to hell|limbo dancing|what is love|doom and gloom|we are doomed|squad goals|the squad is here|celeste is my aunt
"""
COMMANDS: Final = {
    "stop": """
        stop|STOP|stop.|please stop|can you stop|could you please stop|stop it|stop replying to me|stop tagging me|
        please stop replying|will you stop|just stop|stop messaging me|don't reply to me|do not reply|leave me alone|
        unsubscribe|opt out|shut up|go away|stop spamming me|i want you to stop|block me|mute me|no more replies
    """,
    "help": "help|help me|how do you work|how does this work|what can you do|commands|?|what are you|how do i use this",
    "start": "start|start again|resume|subscribe|opt in|unmute|start replying",
    "-": "don't stop|never stop|don't stop believing|can't stop laughing|stop the count|non stop|stop lying|bus stop",
}
NOT: Final = (
    "not {1}, {0}",
    "not {1} but {0}",
    "i dont care about {1}, show me {0}",
    "{0} not {1}",
    "{0} instead of {1}",
)
ONLY_NOT: Final = ("not {}", "anything but {}", "no more {}", "i don't care about {}", "dont show me {}")
PICTURES: Final = ("", "", "", " 😂", " 🙏", " 🔥🔥", " lol", "!", "!!", "...", " ❤️", "?!")


FAMOUS: Final = (
    "minecraft|fortnite|valorant|league of legends|xqc|kaicenat|ibai|terraria|elden ring|tarik|shroud|roblox"
)
