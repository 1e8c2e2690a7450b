"""English words by their function in a mention. Tables; `word_classes` makes sets of them."""

from typing import Final

# Words around a question, which belong to no name unless they are the whole text.
FILLER: Final = """
    a about abt across actual actually against all also am an and any anybody anymore anyone anyones are as ask
    asking at audience average avg be been being best between big biggest bot both bots bout breakdown bro btw buddy but by can
    categories category categorys channel channels chart charts check checked checking compare compared comparison
    could curious current currently data dear details did difference do does doin doing done dude each ever everybody everyone
    far figures find folks for friend from game gamers games get gets getting gimme give goin going got guys had has
    have hello her heres hey hi highest his hiya hour hours how howdy howre hows i id im in info information insight
    insights interested irl is it its ive just kindly know lately leaderboard leading lemme let lets like list live
    long looking lookup lot lowest man many may me mean meant metrics more most much my name named need needed needs
    new now nowadays numbers of often oh ok okay on one or our out over overall overview peak peeps people per
    performance performing played player players playin playing plays please pls plss plz plzz popular popularity
    post ppl present question quick quickly rank ranked ranking rankings recap recently report reports results right
    rn s saw say see should show showing shown shows so some somebody someone spectators stat statistic statistics
    stats still stream streamed streamer streamers streamin streaming streams summary sup t tell than thank thanks
    thanx that thats the their them then there theres these they thing think this those thx time times to todays top
    total totals trend trended trending trends try ttv tv tweet twitch twitchs up update ur us use versus very via
    view viewer viewers viewership views vs wanna want wanted was watch watched watcher watchers watches watchin
    watching watchtime wats we well were what whats when where which who whos whose why will with wonder wondering
    would wut wuts ya yall yeah yes yo you
"""
# Greetings, thanks, reactions and insults, which can be a whole text.
SMALL_TALK: Final = """
    thankyou goodbot badbot goodmorning thankyouu vibe vibes sigma skibidi gyatt ohio rizz yapping af afk agreed aight amazing amen appreciate appreciated asf ass ate awesome bad banger based bb best bestie bet
    bitch bless blessed bored bot bravo brb bro bruh bye cap cheers clown congrats congratulations cool cope copium
    correct crazy cringe cry cya damn dope dude dumb eh er evening exactly ez fact facts fake fam felt fire first fr
    frfr friday fu fuck fucking fyi garbage gd gg ggs glhf gm gn goat good goodbye goodnight grass gratz great gtfo
    gtg gz haha hahaha hahahaha happy hate heh hehe hell hello help hey hi hiya hm hmm hola hooray how howdy huh
    hungry icl idc idiot idk ight ikr imho imo insane issue istg jk k kek kekw king kk kudos l last later legend lit
    live ll lmao lmfao lmk lol loser love lul lulw maam mad mald mam meh mid monday monkas mood morning moron mr mvp
    nah ngl nice night no nocap nope now np nvm ok okay okey omegalul omfg omg ong oof ow owo please pls pog
    pogchamp poggers pray props queen ratio real relatable respect rip rn robot rofl sad sadge salute same sauce
    scam second seethe sheesh shit sick sir sis skill slay slays smh sorry source spam start stfu stop stupid suck
    sucks sup sure sus tbh tf thank thanks thanx that this thx tired tldr today tomorrow top touch trash true truee
    ttyl ty tysm tyvm uh um unreal useless uwu w weekend welcome what when where who why wild woo woohoo word worst
    wow wp wtf wth ww xd xdd yas yass yasss yay yeah yep yes yesterday yikes yippee yo yup yw
"""
# Other frequent words. A game or a streamer of such a name is meant only when it is the whole text, or in a plain
# question.
EVERYDAY: Final = """
    quake earthquake content collab collabs emote emotes deals deal chairs chair clip clips overlay overlays predator hyped
    wolf wolves panda phoenix raven hawk owl whale shark dolphin penguin crab octopus bee ant butterfly moth kitten tigers
    unicorn samurai viking vikings pirate pirates wizard wizards knight knights elf goblin ogre giant dwarf vampire
    werewolf zombies skeleton sniper soldiers warrior warriors ranger rogue mage priest paladin hunter hunters thieves
    mango peach cherry grape lime melon kiwi berry pineapple avocado carrot onions garlic ginger mushrooms noodles noodle ramen
    sushi taco tacos burrito burger fries waffle pancake muffin donut bagel toast honey jam butter yogurt pie
    guitar drum drums violin trumpet jazz blues rap hiphop techno reggae opera choir melody anthem lyrics
    autumn sunrise rainbow lightning tornado hurricane volcano earthquake galaxy planet comet meteor cosmos cosmic
    abandon able above absolute absolutely accept accident according account accounts ache act actor add adult
    advice afraid after afternoon again age ago agree agreed ain aint air airdrop airport alarm album alcohol alert
    alien alive allow allowed almost alone along already although always amazing among amount ancient angel anger
    angry animal animals announce annoying answer anytime anyway anyways apart apartment app apple apply apps april
    area arent argue arm arms army around arrive art article artist asked asks asleep ass asshole assume attack
    attempt attention august aunt author automatically aw away awesome awful awkward babe babies baby back bad bake
    baked baking ball banana band bank bankrupt bar bare barely bark base based basic basically basket bath bathroom
    battery battle beach bear beard beat beautiful became because become beef beer before beg began begin behind
    believe bell below belt bench bend besides bestie bet better between beyond bike bill bills bio bird birds birth
    birthday bit bitch bitcoin bite bitter black blame blank blanket bleed bless blessed blind block blond blood
    bloody blow blue board boat body bold bomb bone bones book bookmark boom boomer boot boots boring born boss both
    bother bottle bottom bounce bowl box boy boyfriend boys brain brand brave bread break breakfast breath breathe
    brick bride bridge bright brilliant bring broke brother brought brown bruh brush btc bubble bucket budget bug
    bugs build built bull bullet bullshit bump bunch burn burned burning burp bus bush business busy button buy bye
    cafe cake call called calm cam came camera camp cams cancel cancer candle candy cant cap capital captain car
    card care careful cares carry case cash castle cat catch cats caught cause cease celebrate cell center chair
    champ champion chance change chaos charge charity chase chat cheap cheating cheers cheese chef chicken chief
    child children chill chocolate choice christmas church cigarette cinema circle city claim claims clap class
    clean clear clever click client climate climb clock close clothes cloud clout clown clowns club clue coach coast
    coat cock code coffee coin coins cold collab collect college color come comedy comfort coming comment comments
    common community company complain complete computer confident confused congrats congratulations connect control
    cook cookie cookies cool cop copy core corn corner correct cost couldnt count country couple course cousin cover
    cow coward crack crap crash crazy cream create creator creepy crime cringe cross crowd cruel crush cry crying
    crypto culture cup curse customer cut cute dad dads damage damn dance dancing danger dare dark darling date
    dating daughter day days dead deadass deaf deal death debate debt december decent decide decision deck deep deer
    defend degree delete deleted delicious deliver demon deny depend depressed depressing describe desert deserve
    desk destiny device devil diamond dick dictionary didnt die died diet different difficult dig dignity dinner
    dirt dirty disagree disappear disappoint disappointed discord discount discuss disease disgusting dish dm dms
    doctor doesnt dog dogs doll dollar dollars donate donation dont doom door dope double doubling doubt down dozen
    drag dragon drain drama draw dream dreams drink drinks drive drivers drop drops drug drugs drunk dry duck dumb
    dumbass dunno during dust duty eagle ear early earn earned earning earnings ears earth ease easily east easy eat
    edge editor education effect egg eggs ego eh eight either elect election electric elephant elon else email
    emergency emotional empire employee empty encourage end enemy energy engine english enjoy enough enter entertain
    entire entirely entry envy equal error escape especially essay essential eternal eth ethereum even evening event
    every everything evil ew exactly exam example except excited exciting exclusive excuse exercise exist expect
    expensive expert explain explode explore exposed extra extreme eye eyes face facebook fact facts fail fair faith
    fake fall false family famous fan fancy fans fansly fantastic farm farmer fashion fast fat father fault favor
    favorite favourite fear feature february fed feed feel feeling feet fell felt female fence fever few fiction
    field fifteen fifth fifty fight figure fill film final finally fine finger fingers finish finished fire first
    fish fishing fit five fix flag flash flat flavor flesh flex flight flip flood floor flow flower flowers fly
    flying focus follow followed follower followers following food fool foot football force foreign forest forever
    forex forget forgive forgot form fortune forty forward found four france freak freaking free freedom freely
    freeze freezing fresh friday fridge fried friendly friends friendship frog front fry fuck fucked fucker fucking
    fuel full fun function fund funny furniture future gain gains gaming gang gap garbage garden gas gate gave gay
    gem general genius gentle gently german ghost ghosted giant gift gifts gin girl girls giveaway glad glass
    glorious glory go goal goat goats god gods goes gold gone gonna good goodbye goodnight goofy google gossip gotta
    government grab grade grand grandma grandpa grass grateful grave gravity gray great greedy green greetings grief
    grind grocery gross ground group grow growth guarantee guaranteed guard guess guest guide guilty guitar gum gun
    guy gym habit hacked hail hair haircut half hall hallway hammer hand handle hands handsome hang hanging happen
    happened happiness happy hard hardly harm harsh hasnt hat hate haters hating havent hawk hay head headache heads
    health healthy hear heard heart heat heaven heavy held hell hella help helped helpful helping hence here hero
    hers herself hidden hide high hill him himself hire history hit hmm hmmm hobby hockey hold hole holiday holy
    home homework homie homies honest honey honor hoodie hook hop hope hopefully hopeless horny horrible horror
    horse hospital host hot hotel hottest house household housing however hug huge hugs human humanity humble humor
    hundred hungry hunt hurry hurt hurts husband hype hypocrite ice icon idc idea ideal ideas idiot idiots idk if
    ignorant ignore ill illegal imagine immediately important impossible impressed impressive improve inch include
    incoming incredible indeed india innocent insane insect inside inspire instead insult insurance intelligent
    internet interview into introduce invest investing investment investor invite iron island isnt issue issues
    itself jacket jail january jaw jealous jeans jesus jet jewel job jobless jobs join joke joker jokes journey joy
    judge juice july jump june junk jury justice karen karma keep keeper kept key keyboard kick kicked kid kidding
    kidney kids kill kind kinda kindness king kiss kitchen kitty knee knew knife knock knowledge known lab lack
    ladder ladies lady lake lame lamp land landlord language laptop large larger laser last lasting late later
    latest laugh laughing laundry law lawyer lazy lead leaf league leak leaked learn learning least leather leave
    leaves left leg legal legally legend legit lemon lens less lesson letter level liar liars library license lick
    lie lies life lifetime lift light lights likely likes limit limited line link links lion lip lips liquid listen
    listening little liver lives living loan local lock locked logic lol lonely longer look lose loser losers losing
    loss lost lottery loud lousy love lover lovers loving low lower loyal luck luckily lucky lunatic lunch lung
    lying maam machine mad made madness magic magnet maid mail main major make makes making male mall manage manager
    manners map march mark market marriage married marry mask mass massive master match mate mates math matter
    matters mature maybe mayor meal meals meaning meat medal media medicine medium meet meeting meh member members
    meme memes memory men mental mentally mention mentioned mercy mess message messages messed messy metal middle
    midnight might mild milk million millions mind mine minor mint minute minutes miracle mirror miserable miss
    missed missing mission mistake mix mixed mobile mod mode model modern mods mom moment momma moms monday money
    monkey monkeys monster month months mood moon moral morning mortgage mosquito mother motion motor mountain
    mountains mouse mouth move movie mr mrs mud murder muscle museum mushroom music must mutual mvp myself mystery
    nah naked nap narrow nasty nation natural nature naughty naw nazi near nearly neat necessary neck needle
    negative neighbor nerd nerds nervous network neutral never news newspaper next nft nfts nice nick night
    nightmare nights nine no nobody noise none nope normal normally north nose nosy not note notes nothing notice
    noticed noun novel november nuclear nude nudes numb number nurse nut nuts oath object obsessed obvious obviously
    ocean october odd odds off offended offer office official officially oil old older olive omg once onion online
    only onlyfan onlyfans oof oops open opinion opinions opportunity option orange order organic original other
    others outside oven overrated owe own owner pack package packed pad page paid pain paint pal pan panic pants
    paper parent parents park parrot part particular partner party pass past path pathetic patience patient pattern
    pause pay payment peace peanut pen penny pepper perfect perform perhaps permission person personal pet pets
    phone photo phrase physical piano pick picture piece pig pill pillow pilot pin pink pinned pipe piss pissed pity
    pizza place plan planet planned planning plant plastic plate platform play pleased pleasure plenty plug plus
    pocket poem poet poetry point poison pole police polite political politics pool poor pope pork portion portrait
    positive possible possibly pot potato pound pour power practice praise pray prayer prayers praying predict
    prefer pregnant prepare presale presence president press pretty price priest prime prince princess print prison
    private prize pro probably problem process produce product profile profit profits project promise promised promo
    promote promotion proof proper property protect proud proudly prove public pull punch punish puppy pure purple
    purpose purse push put quality quarter queen quiet quit quite quotes rabbit race racist radio raft rage rain
    raise ran random rant rapid rare rarely rat rather rating ratio raw reach react reaction read ready real reality
    realize realized really reason reasons rebel receive recent recipe recommend record recover recovered red reduce
    refund refuse register regret regular reject relate related relationship relax release relief religion reload
    remain remember remind remove removed rent repeat replace replied replies reply replying reported request rescue
    research respect response responsible rest restaurant return retweet reveal revenge reward rewards rice rich
    ride ridiculous rifle rigged ring riot rip rise risk river rizz road roast rob robot robots rock role roll roof
    room roommate root rope rose rotten rough round routine row royal rubbish rude ruin ruined rule ruler rules
    rumor run running rush rust sad sadly sadness safe safety said sail salad salary sale sales salt same sample
    sand sandwich sarcasm satan saturday sauce savage save saved savings savior saying scam scammed scammer scammers
    scare scared scary scene schedule scheme scholar school science scream screaming screen screenshot script sea
    search season seat sec second secret secure seek seem seen self selfish sell seller selling send senior seniors
    sense sent separate september serious seriously serve service session settle seven several severe sex sexy shade
    shadow shake shaking shall shallow shame shape share sharp shave she sheep sheesh sheet shell shelter shift
    shine ship shirt shit shits shitty shocked shoe shop shopping short shorts shot shoulder shouldnt shout shower
    showers shrimp shut shy sibling sick side sides sigh sight sign signal signed signup silence silly silver
    similar simple since sing single singles sins sir sister sit site situation six size skill skills skin skip
    skull sky slap slave slay sleep sleeping sleeps sleepy slice slide slight slightly slip slow slowly small
    smallest smart smash smell smelly smile smoke smoking smooth snack snake snap sneak sneaky snow sob sober soccer
    social society sock socks soda sofa soft solana sold soldier sole solid solution solve somehow something
    sometimes somewhat somewhere son song soon sooner sorry sort sorta soul sound soup sour source sources south
    space spam spammer spamming sparkle speak speaking special species speech speed spell spend spent spicy spider
    spill spirit split spoiler spoon sport spot spread spring spy squad square squirrel stable staff stage stan
    stand standard stanley star stare stars start starting starve state status stay steak steal steam steel step
    stick stink stomach stone stood stop stopped store storm story strange strawberry stray street stress stressed
    strike string strip strong stronger struggle stubborn student study stuff stunning stunt stupid style subject
    subscribe subscribed subtle succeed success successful such suck sucks sudden suddenly suffer sugar suggest
    suicide suit summer sun sunday sunset sunshine super supper supply support supposed sure surely surf surface
    surprise sus suspect suspicious swear swearing sweat sweater sweet swim swing switch sword symbol sympathy
    system table tables tail take taken takes talent talented talk talking tall tango tap tape target taste tax
    taxes tea teach teacher teachers team tear tears tech teeth telegram temper temple ten tend tension terrible
    terrified test text texting texts thankful theater theirs themselves therapist therapy therefore thick thief
    thin things thinking third thirsty thirty tho thou though thought thoughts thousand thread threat three threw
    throat throne throw thumb thunder thursday thus thy ticket tickets tie tiger tight till timeline tiny tip tips
    tire tired tissue title toast today toe together toilet token tokens told tomato tomb tomorrow tone tongue
    tonight too took tool tooth topic torn totally touch touching tough tour toward tower town toxic toy track trade
    trader trading traffic tragic trailer train training trap trash travel treat treated tree trial tribe trick
    tried tries triggered trip troll trolls trophy trouble truck true trump trunk trust trusted truth trying tuesday
    tuna tune turkey turn turned turning turtle twenty twice twin twins two type typical typing typo ugh ugly uh uhh
    um umbrella umm unbelievable uncle uncomfortable under underrated understand unfair unfortunately unhappy
    unhinged union unique unit united universe university unknown unless unlucky unreal until upon upset urgent used
    useful useless user users usual usually vacation vaccine valid value van vegan version victim victory video
    videos viewpoint village villain violence viral virgin virus vision visit vocal voice volume vote voted voting
    wage waist wait waiting wake waking walk walking wall wallet wallets war warm warning wash washed washing wasnt
    waste wasted water watermelon wave way weak weapon wear weather webcam wedding wednesday week weekend weeks
    weight weird weirdo welcome welp went werent west wet whatever whatsapp wheel whenever wherever whether while
    whisper whispers white whitelist whoa whole wholesome whom wicked wide widow wife wil wild willing win wind
    window wine wing wings winter wisdom wise wish witch within without witness wizard woah woke woman women won
    wonderful wont woo wood word words work worker working world worry worse worst worth worthless wouldnt wound wow
    wowza wrap wrapped write writer writing wrong wrote wtf xmas yard yay yea year years yell yelling yellow yep
    yesterday yet yikes yoga yolo young your yours yourself youth youtube yuck yup zero zombie zone zoo
"""
# First names of people, which are often part of thanks and greetings.
FIRST_NAMES: Final = """
    aaron adam alan albert alex alexander alice amanda amy andrea andrew andy angela anna anne anthony ben benjamin
    betty bob brandon brian bruno carl carlos caroline charles charlie charlotte chris christian christine
    christopher claire daniel danny dave david dean diana diego donald dylan eddie edward elena elizabeth ella emily
    emma eric erik ethan eva evan fatima felix frank fred gabriel gary george gina grace greg hannah harry helen
    henry hugo ian isabella ivan jack jacob jake james jamie jan jane jason jay jeff jennifer jenny jeremy jessica
    jim jimmy joan joe john johnny jordan jorge jose joseph josh joshua juan julia julian julie justin karen karl
    kate katie kelly ken kevin kim kyle larry laura lauren leo leon lewis liam lily linda lisa louis lucas lucy luis
    luke luna maria marie mario mark martin mary matt matthew max megan mia michael michelle miguel mike mohammed
    molly monica nancy natalie nathan nick nico nicole nina noah nora oliver olivia oscar pablo pam patricia patrick
    paul pedro pete peter phil philip rachel ralph ray rebecca richard rick rob robert roger ron rosa rose ross roy
    ruby ryan sam samantha samuel sandra sara sarah scott sean simon sofia sophia sophie stephen steve steven stuart
    susan taylor ted teresa thomas tim tina todd tom tommy tony tyler victor vincent walter wendy will william yusuf
    zach zoe
"""
