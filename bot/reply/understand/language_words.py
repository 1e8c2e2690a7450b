"""Words of the large languages other than English by their function in a mention. `word_classes` makes sets of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language, separated by spaces.

    `statistics`: words that ask for numbers. `filler`: words around a question, which belong to no name. `small_talk`:
    greetings, thanks, reactions and insults, which can be a whole text. `everyday`: other frequent words, which are
    never a misspelled name. `negation_before`, `negation_after`: words before or after a name that is not meant.
    `stop`, `start`, `help`: commands, with hyphens for spaces.
    """

    statistics: str = ""
    filler: str = ""
    small_talk: str = ""
    everyday: str = ""
    negation_before: str = ""
    negation_after: str = ""
    stop: str = ""
    start: str = ""
    help: str = ""


SPANISH: Final = Language(
    statistics="""
        estadística estadísticas números datos cuántas cuántos cuánta cuánto horas espectadores espectador vistas viewers
        mejores ranking streamers más vio visto vistos vista vieron tiempo cifras audiencia promedio pico
    """,
    filler="""
        pasame pásame dígame digame vieron ven
        cómo va van qué tal quién quiénes cuál cuáles cuándo dónde dame dime muestra muéstrame enséñame quiero saber ver
        busco necesito el la los las un una de del en por para con y o a al se ha han fue es está están son tiene tuvo
        juega juegan transmite transmitió favor porfa hola buenas oye me mi te su sobre este esta estos le lo le hay hubo
        sus juego canal directo gente personas sino mira miran ven jugando sigue anda
    """,
    small_talk="""
        gracias gràcies graciass mil muchas hola holi buenas buenos días tardes noches adiós chao jaja jajaja jajajaja jeje vale
        genial perfecto excelente increíble bonito lindo hermoso bravo felicidades feliz cumpleaños crack máquina grande
        tonto tonta idiota estúpido imbécil mierda basura asco puto puta cabrón pendejo callate cállate payaso ridículo
        verdad cierto claro sí no nada igual amor beso besos abrazo vamos dale ojalá suerte bienvenido salud tú eres
    """,
    everyday="""
        yo ella nosotros ellos usted ustedes muy mucho mucha poco todo todos todas otro otra nunca siempre también tampoco
        aquí ahí allí ahora después antes luego mañana tarde noche día casa vida mundo año amigo amiga amigos gato perro
        niño niña hombre mujer chico chica hijo hija madre padre mamá papá hermano familia trabajo dinero comida agua
        fiesta playa calle ciudad país bueno buena malo mala nuevo nueva viejo mejor peor bien mal quiero quieres puedo
        puede hacer hago hace decir digo dice ir voy vas tener tengo tienes ser soy saber sé creo cosa cosas algo alguien
        nadie porque cuando donde como que si pero sin hasta desde entre loco loca guapo guapa feliz triste cansado sueño
        café cerveza vino música fútbol partido gol juego comprar compra gratis regalo oferta dinero ganar
    """,
    negation_before="no ni menos excepto sin",
    stop="""
        para-de-responderme deja-de-responderme deja-de-responder no-me-respondas-más no-me-respondas déjame-en-paz
        basta detente cállate para no-más-respuestas deja-de-escribirme no-me-molestes para-ya
    """,
    help="ayuda cómo-funciona cómo-funcionas qué-puedes-hacer",
)
GERMAN: Final = Language(
    statistics="""
        statistik statistiken zahlen daten wieviele viele stunden zuschauer zuschauerzahlen aufrufe geschaut gesehen
        streamer rangliste top meisten meistgesehen durchschnitt höchstwert werte
    """,
    filler="""
        haben geschaut gesehen
        wie was wer welche welcher wann wo läuft gehts geht ist sind war waren hat haben hatte zeig zeige mir sag gib die
        der das den dem des ein eine einen von vom bei beim für über im in an am auf und oder mit zu zum mal bitte hallo
        hey ich will möchte wissen schaut schauen spielt spielen gespielt streamt gestreamt gerade eigentlich so aktuell
        los es man denn derzeit heute leute sondern kanal spiel spiele
    """,
    small_talk="""
        danke dankeschön dank vielen schön hallo moin servus tschüss tschau haha hahaha hihi ja nein ne nö doch genau okay
        krass geil super toll klasse prima wunderbar lustig witzig alles klar gute guten morgen nacht abend tag bis bald
        herzlichen glückwunsch geburtstag du bist dumm idiot depp arsch scheiße kacke mist müll schrott peinlich blöd
        halt maul fresse lol digga alter bruder ehre liebe grüße prost viel glück
    """,
    everyday="""
        er sie wir ihr ihnen mein meine dein deine sein seine unser euer nicht kein keine nichts auch noch schon nur sehr
        mehr weniger immer nie niemals hier dort da jetzt dann wenn weil aber dass ob als nach vor seit aus ohne gegen
        mann frau kind kinder mensch menschen freund freunde mutter vater bruder schwester haus auto arbeit geld essen
        wasser bier kaffee leben welt zeit stadt land schule hund katze schatz liebe gut schlecht groß klein neu alt
        schnell langsam müde glücklich traurig kann kannst muss musst soll sollte werden wird wurde machen macht gemacht
        gehen ging kommen kommt sagen sagt sehen weiß glaube denke kaufen gratis kostenlos gewinnen ganz ganze heiß kalt
    """,
    negation_before="nicht kein keine ohne außer statt anstatt",
    stop="""
        hör-auf hör-auf-zu-antworten hör-bitte-auf lass-mich-in-ruhe halt-die-klappe sei-still antworte-mir-nicht
        antworte-mir-nicht-mehr nicht-mehr-antworten stopp aufhören lass-das abmelden
    """,
    start="wieder-antworten weiter-antworten",
    help="hilfe wie-funktionierst-du wie-geht-das was-kannst-du",
)
FRENCH: Final = Language(
    statistics="""
        statistiques stats chiffres données combien heures spectateurs spectatrices vues viewers audience classement
        meilleurs regardé regardée streamers moyenne pic plus
    """,
    filler="""
        comment va vont ça qui quel quelle quels quelles quand où quoi est sont était a ont eu pour de du des d le la les
        l un une en au aux sur dans et ou par avec svp stp plaît te vous je veux voudrais savoir montre donne moi dis
        regarde regardent joue jouent stream streame bonjour salut c ce cette ces se il elle on y jeu chaîne gens
        personnes nombre marche monde
    """,
    small_talk="""
        merci beaucoup mille bonjour bonsoir salut coucou bonne nuit journée soirée au revoir ciao mdr ptdr lol haha oui
        non ouais nan bof bravo génial super parfait excellent incroyable magnifique joyeux anniversaire bienvenue désolé
        pardon félicitations ta gueule con connard conne idiot stupide nul nulle merde putain dégage clown honte d'accord
        trop bien force courage bisous amour coeur t'es tu es
    """,
    everyday="""
        nous ils elles mon ma mes ton tes son sa ses notre votre leur pas ne jamais toujours aussi encore déjà très
        peu tout tous toute toutes rien personne quelque chose chez sans sous entre mais donc or ni car parce que si
        homme femme enfant enfants ami amie amis mère père frère soeur maison voiture travail argent manger eau café
        bière vin vie monde temps jour an ville pays école chien chat soleil lune fleur bon bonne mauvais grand petit
        nouveau vieux beau belle fatigué heureux triste peux peut dois doit faire fait fais aller vais vas être suis avoir
        ai as dire dit voir vu crois pense sais gratuit acheter gagner cadeau ici là maintenant demain après avant
    """,
    negation_before="pas sans sauf excepté",
    stop="""
        arrêt arrête arrête-de-me-répondre arrêtez ne-me-réponds-plus ne-me-réponds-pas laisse-moi-tranquille tais-toi ferme-la
        arrête-ça stop-stp fous-moi-la-paix
    """,
    help="aide comment-ça-marche comment-tu-marches que-peux-tu-faire",
)
PORTUGUESE: Final = Language(
    statistics="""
        estatística estatísticas números dados quantas quantos quanto horas espectadores visualizações audiência assistiu
        assistiram assistido assistida assiste melhores ranking streamers média pico mais
    """,
    filler="""
        pessoas pessoa assistem assistiu assistiram passa
        como está estão tá vai vão foi quem qual quais quando onde me mostra mostre dá diga quero saber ver preciso o a os
        as um uma de do da dos das no na nos nas em por para pra pro com e ou ao teve tem têm fez joga jogam transmitiu
        favor oi olá sobre esse essa este esta dessa desse nessa nesse desta deste é são que jogo canal pessoal gente pessoas galera live jogando assistindo
        bot aí
    """,
    small_talk="""
        obrigado obrigada obg valeu vlw brigado muito tmj oi olá bom boa dia tarde noite tchau até logo kkk kkkk kkkkk rs
        rsrs haha sim não nao nunca beleza blz legal massa top show demais perfeito lindo linda maravilhoso parabéns feliz
        aniversário idiota burro burra lixo merda porra caralho puta fdp palhaço ridículo cala boca verdade mentira
        saudade saudades abraço beijo beijos amor deus vamos bora tudo bem você é
    """,
    everyday="""
        eu tu ele ela nós vocês eles elas meu minha seu sua nosso nada tudo todos todas outro outra também já ainda
        sempre aqui ali lá agora depois antes amanhã hoje casa vida mundo amigo amiga amigos gato cachorro menino menina
        homem mulher filho filha mãe pai irmão família trabalho dinheiro comida água festa praia rua cidade país bom boa
        mau ruim novo nova velho melhor pior bem mal posso pode fazer faz faço dizer diz ir vou ter tenho ser sou acho
        coisa alguém ninguém porque mas sem até desde entre louco feliz triste cansado sono café cerveza cerveja futebol
        gol brasil comprar grátis presente ganhar dinheiro
    """,
    negation_before="não nao sem menos exceto",
    stop="""
        para para-de-responder para-de-me-responder pare pare-de-me-responder me-deixa-em-paz me-deixe-em-paz cala-a-boca
        não-me-responda não-me-responde chega parar cancelar
    """,
    help="ajuda como-funciona como-você-funciona o-que-você-faz",
)
ITALIAN: Final = Language(
    statistics="""
        statistiche statistica numeri dati quante quanti quanto ore spettatori visualizzazioni visto vista guardato
        guardati migliori classifica streamer media picco più
    """,
    filler="""
        avuto avuta dimmi persone
        come va vanno sta chi quale quali quando dove cosa è sono era ha hanno fatto mostra mostrami dimmi dammi voglio
        vorrei sapere per di del dello della dei degli delle il lo la i gli le l un una in nel nella su sul con e o a al
        alla da dal favore ciao si gioca giocano guarda guardano trasmette mi gioco canale gente persone questa questo
    """,
    small_talk="""
        grazie mille ciao salve buongiorno buonasera buonanotte arrivederci ahah ahahah haha sì no certo bene bravo brava
        bello bella bellissimo grande fantastico perfetto auguri buon compleanno scusa prego stupido scemo idiota cretino
        stronzo merda schifo zitto vergogna pagliaccio vero falso amore bacio baci ti amo sei
    """,
    everyday="""
        io tu lui lei noi voi loro mio mia tuo tua suo sua nostro non anche ancora già sempre mai molto poco tutto tutti
        niente nessuno qualcosa qualcuno qui lì adesso ora dopo prima domani casa vita mondo amico amica amici gatto cane
        uomo donna bambino figlio figlia madre padre fratello famiglia lavoro soldi cibo acqua festa mare strada città
        paese buono cattivo nuovo vecchio meglio peggio male posso può fare faccio dire dico andare vado avere essere
        credo so perché ma se senza fino tra fra pazzo felice triste stanco sonno caffè birra vino calcio gol comprare
        gratis regalo vincere soldi
    """,
    negation_before="non senza tranne eccetto",
    stop="smettila smetti basta smetti-di-rispondermi non-rispondermi lasciami-in-pace stai-zitto zitto fermati",
    help="aiuto come-funzioni come-funziona cosa-sai-fare",
)
NORTHERN: Final = Language(
    # Dutch, Swedish, Danish, Norwegian, Finnish
    statistics="""
        cijfers statistieken hoeveel uren kijkers bekeken beste statistik siffror hur många timmar tittare bästa antal
        seere timer hvor mange seertall tilastot katsojat tuntia
    """,
    filler="""
        keken mensen naar kijken mennesker så
        hoe gaat het met wie wat welke wanneer is zijn was heeft laat zien geef mij van voor over bij de een en of op in
        keken kijkt kijken speelt alsjeblieft graag går det för vad vem vilka hade visa ge mig om på av och eller en ett
        den snälla tack hvordan hvem hva viser hade miten kuka mitä näytä paljonko oli
    """,
    small_talk="""
        dank bedankt dankje dankjewel hoi hallo dag doei goedemorgen goedenavond ja nee leuk mooi geweldig gefeliciteerd
        sukkel stom dom idioot kut klootzak tack tackar så mycket hej hejdå god morgon natt ja nej bra fint underbart
        grattis dum idiot skit tusen takk mange tak hei moi kiitos kiitti paljon hyvä huomenta yötä terve joo ei paska
        tyhmä
    """,
    everyday="""
        ik jij hij zij wij jullie mijn jouw niet geen niets ook nog al alleen heel meer altijd nooit hier daar nu dan als
        maar omdat man vrouw kind vriend vrienden huis werk geld eten water bier koffie leven wereld tijd stad hond kat
        goed slecht groot klein nieuw oud lekker jag du han hon vi ni de min din inte också alltid aldrig här där nu men
        vän hus arbete pengar mat vatten öl kaffe liv värld tid stad hund katt bra dålig stor liten ny gammal minä sinä
        ja mutta nyt aina talo raha ruoka
    """,
    negation_before="niet geen inte ikke ej ei",
    stop="hou-op stop-ermee laat-me-met-rust niet-antwoorden hou-je-mond sluta sluta-svara lämna-mig-ifred stopp lopeta",
    help="hulp hoe-werkt-dit hjälp hjelp hjælp apua",
)
SLAVIC: Final = Language(
    # Russian, Ukrainian, Polish, Czech
    statistics="""
        статистика статистику статы цифры данные сколько часов зрителей зрители просмотров просмотры смотрели смотрят
        смотрел рейтинг топ лучшие стримеры стримеров стример онлайн статистики годин глядачів скільки statystyki liczby
        ile godzin widzów oglądało oglądalność najlepsi statistiky kolik hodin diváků
    """,
    filler="""
        ilu ile miał miała godzin godziny oglądano oglądało osób скільки годин людей дивились дивилися глядачів
        как дела идут у по за в на о об про и или с что кто какой какие когда где покажи скажи дай мне нам хочу знать был
        было была были есть ли играет играют стримит стримил пожалуйста плиз привет игра игре игры канал канале люди
        человек людей там сейчас jak idzie u w na o i lub z co kto jaki jakie kiedy gdzie pokaż daj mi powiedz chcę było
        był jest są gra grają proszę hej kdo kde ukaž
    """,
    small_talk="""
        спасибо спс благодарю привет здравствуйте здарова пока ахаха хаха лол да нет неа ага угу ок окей хорошо отлично
        круто классно супер молодец красава доброе утро добрый день вечер спокойной ночи поздравляю днём рождения дурак
        тупой идиот дебил говно отстой бред позор клоун заткнись люблю любовь дякую привіт dzięki dziękuję bardzo cześć
        siema hej pa haha tak nie dobra super świetnie brawo dzień dobry dobranoc gratulacje głupi idiota debil gówno
        kurwa děkuji díky ahoj ano ne
    """,
    everyday="""
        я ты он она мы вы они мой твой наш ваш не ни ничего никто всё все всегда никогда тоже ещё уже только очень много
        мало тут здесь там потом после до из от без для если но потому чтобы это этот эта эти тот можно надо нужно буду
        будет могу может делать сделал говорить сказал идти иду знаю думаю дом жизнь мир время год друг друзья мама папа
        брат сестра кот кошка собака работа деньги еда вода чай кофе пиво город страна школа человек мужчина женщина
        хороший плохой новый старый большой маленький красивый медведь волк удача победа купить бесплатно подарок ja ty on
        ona my wy oni mój twój nic nikt wszystko zawsze nigdy też już tylko bardzo tu tam potem dom życie świat czas
        przyjaciel kot pies praca pieniądze jedzenie woda kawa piwo miasto dobry zły nowy stary
    """,
    negation_before="не кроме без nie oprócz bez",
    stop="""
        стоп стой хватит перестань отстань отстань-от-меня не-отвечай не-отвечай-мне замолчи заткнись отпишись прекрати
        przestań przestań-odpisywać daj-mi-spokój nie-odpowiadaj zamknij-się přestaň зупинись
    """,
    start="старт продолжай отвечай",
    help="помощь помоги как-ты-работаешь что-ты-умеешь pomoc jak-działasz",
)
TURKISH: Final = Language(
    statistics="""
        istatistik istatistikleri istatistikler sayılar rakamlar kaç saat izlenme izlendi izleyici izleyen izledi seyirci
        sıralama en çok yayıncı yayıncılar yayıncıları ortalama
    """,
    filler="""
        nasıl kim ne hangi zaman nerede göster söyle ver bana istiyorum için hakkında ve veya ile de da mi mı mu mü var
        yok kişi lütfen selam merhaba oyunu oyun kanal gidiyor oynuyor oynanıyor yayın son bu şu o kadar oldu iyi
    """,
    small_talk="""
        teşekkür teşekkürler ederim ederiz sağol sağolun eyvallah merhaba selam günaydın iyi geceler akşamlar görüşürüz
        haha evet hayır tamam güzel harika süper mükemmel tebrikler kutlu olsun doğum günün aptal salak gerizekalı mal
        çöp saçmalık rezil kapa çeneni aşkım canım kanka abi reis helal
    """,
    everyday="""
        ben sen biz siz onlar benim senin değil hiç hep her şey çok az daha sonra önce şimdi burada orada ama çünkü eğer
        gibi ev hayat dünya arkadaş anne baba kardeş kedi köpek iş para yemek su çay kahve şehir ülke okul adam kadın
        çocuk yeni eski büyük küçük kötü yapmak gitmek gelmek bilmek biliyorum bedava hediye kazan al sat
    """,
    negation_after="değil hariç dışında",
    stop="dur durun yeter cevap-verme bana-cevap-verme beni-rahat-bırak sus kes-şunu",
    help="yardım nasıl-çalışıyorsun ne-yapabilirsin",
)
ASIAN_LATIN: Final = Language(
    # Indonesian, Malay, Vietnamese, Tagalog
    statistics="""
        statistik angka berapa jam penonton ditonton terbaik peringkat thống kê bao nhiêu giờ người xem ilang oras manonood
    """,
    filler="""
        bagaimana gimana siapa apa kapan mana tunjukkan kasih tolong untuk dari di ke dan atau yang itu ini main nonton
        yg nya aku mau tahu thế nào ai gì khi nào cho tôi của và hay trong về sao paano sino ano kumusta ang ng sa
    """,
    small_talk="""
        terima kasih makasih halo hai selamat pagi siang malam wkwk wkwkwk ya tidak nggak iya bagus keren mantap bodoh
        goblok anjing tolol cảm ơn xin chào vâng không tuyệt salamat po opo hindi maganda bobo
    """,
    everyday="""
        saya kamu dia kami mereka sangat banyak sedikit semua selalu juga sudah belum sekarang nanti rumah hidup dunia
        teman ibu ayah kucing kerja uang makan air kopi kota baru lama besar kecil gratis hadiah menang beli
    """,
    negation_before="bukan jangan không hindi",
    stop="berhenti jangan-balas diam dừng-lại tigil",
    help="bantuan giúp tulong",
)
ARABIC_AND_HINDI: Final = Language(
    statistics="إحصائيات احصائيات أرقام كم ساعة مشاهد مشاهدين مشاهدات أفضل ترتيب आँकड़े आंकड़े कितने घंटे दर्शक",
    filler="كم شخص شاهد شاهدوا يشاهد כמה אנשים צפו צופים של كيف حال من ما متى أين أرني أعطني في على عن و أو هل كان هو هي لو سمحت لعبة قناة कैसा कौन क्या कब है था का की के में पर और दिखाओ बताओ",
    small_talk="""
        شكرا شكراً جزيلا مرحبا أهلا السلام عليكم صباح الخير مساء تصبح هههه نعم لا طيب حلو رائع ممتاز مبروك غبي أحمق حمار
        قمامة اخرس حبيبي धन्यवाद शुक्रिया नमस्ते हाँ नहीं अच्छा बढ़िया बहुत बेवकूफ
    """,
    everyday="أنا أنت هذا هذه ذلك كل شيء دائما أبدا الان بعد قبل بيت حياة عالم صديق عمل مال ماء قهوة मैं तुम वह यह सब",
    negation_before="ليس بدون غير",
    stop="توقف كفى اسكت لا-ترد रुको बंद-करो",
    help="مساعدة मदद",
)
# Languages without spaces: these words are searched within sequences of letters.
JAPANESE_KOREAN_CHINESE: Final = Language(
    statistics="""
        統計 数字 何時間 視聴時間 視聴者数 視聴者 視聴 再生 ランキング トップ 人気 配信者 配信 同接 どれくらい どのくらい 何人 合計
        통계 몇시간 몇 시청시간 시청자수 시청자 시청 시간 순위 랭킹 인기 방송 스트리머 얼마나 수치 평균 데이터
        统计 統計 数据 多少 小时 小時 观众 觀眾 观看 觀看 时长 時長 排名 排行 热度 人气 主播 时间 時間 多少人 几个小时
    """,
    filler="""
        は が の を に で と も って どう 教えて 見せて ください 下さい ですか です だ か ね よ さん ちゃん 誰 何 ゲーム チャンネル について
        どうですか お願いします どんな感じ 今
        은 는 이 가 을 를 의 에 에서 와 과 도 로 님 씨 좀 어때 어때요 어떄 어떤가요 알려줘 알려주세요 보여줘 보여주세요 누구 뭐 무엇 게임
        채널 했어 했나요 인가요 요 은요 해줘 주세요 봤어
        的 了 吗 嗎 呢 在 是 有 怎么样 怎麼樣 如何 谁 誰 什么 什麼 告诉我 告訴我 看看 给我 給我 请 請 游戏 遊戲 频道 頻道 最近 人 看
        被 吧 啊 几
    """,
    small_talk="""
        ありがとう ありがとうございます どうも サンキュー おはよう おはようございます こんにちは こんばんは おやすみ おめでとう お疲れ
        お疲れ様 すごい かわいい 最高 草 笑 うるさい 死ね 馬鹿 バカ ばか アホ くそ クソ はい いいえ うん そうだね なるほど 了解 がんばって
        大好き 好き おもしろい 面白い やばい マジ 嘘 誰おま きもい きも つまらない
        고마워 고마워요 감사합니다 감사 안녕 안녕하세요 ㅋㅋ ㅋㅋㅋ ㅋㅋㅋㅋ ㅎㅎ 네 아니 아니요 응 대박 좋아 좋아요 축하해 축하 사랑해 사랑 바보
        멍청이 닥쳐 꺼져 시끄러워 헐 진짜 수고 잘자 미안 최고 최고야 재미없어 별로
        谢谢 謝謝 感谢 多谢 你好 您好 早上好 晚安 晚上好 哈哈 哈哈哈 是的 不是 好的 好 不 太棒了 厉害 牛逼 牛 恭喜 生日快乐 加油 再见
        拜拜 傻逼 笨蛋 垃圾 滚 闭嘴 爱你 我爱你 可爱 无聊 真的 对 没事
    """,
    negation_before="不是 不要 别 除了",
    negation_after="じゃなくて ではなく 以外 말고 빼고 아니고 아닌",
    stop="""
        停止 やめて やめろ やめてください 返信しないで 返信するな 黙れ 止めて 그만 그만해 그만하세요 멈춰 답하지마 답장하지마 닥쳐
        停 停下 别回复我 不要回复我 不要回复 闭嘴 取消
    """,
    start="再開 始めて 시작 开始 開始",
    help="ヘルプ 助けて 使い方 도움말 도와줘 사용법 帮助 幫助 怎么用",
)
LANGUAGES: Final = (
    SPANISH,
    GERMAN,
    FRENCH,
    PORTUGUESE,
    ITALIAN,
    NORTHERN,
    SLAVIC,
    TURKISH,
    ASIAN_LATIN,
    ARABIC_AND_HINDI,
    JAPANESE_KOREAN_CHINESE,
)
