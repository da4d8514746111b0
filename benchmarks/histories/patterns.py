"""The sentences of the generated histories. Slots: {a} {b} terms, {task}, {fault}, {work}, {client}, {n}, {day}.

Learning asks to understand; delegation asks for a work product. Both name the skill's own words, so that a reader
(and a measurement) can tell the skill from the text. Fillers and private chatter do not.
"""

from __future__ import annotations

ASK_ANY = (
    "Why does it matter to understand {a} before I touch {b}?",
    "Explain {a} to me as if I had only ever used {b}.",
    "What is the difference between {a} and {b}, and when do I take which?",
    "How do I {task}? I would like to understand the steps and not only copy them.",
    "My problem: {fault}. What are the usual causes, and how do I find out which one it is?",
    "I tried to {task}, but {fault}. What did I misunderstand about {a}?",
    "Ask me {n} questions about {a} and {b}, then tell me where my gaps are.",
    "Give me a small exercise about {a}, without the solution. I will send my attempt on {day}.",
    "Here is my own {work_bare}. What would you criticise, especially about {a}?",
    "Compare two ways to {task} and say what each costs.",
    "Is {a} still the right idea when I have to {task}? Argue both sides.",
    "I think that {a} decides whether {fault}. Is my reasoning right?",
    "Which mistakes do beginners make with {a}, and why are they made?",
    "What happens step by step when {fault}? I want to see the mechanism.",
    "In a project for {client} I have to {task}. Which concept do I need first: {a} or {b}?",
    "Quiz: I explain {a} in my own words, and you correct me. It has to do with {b}, and it prevents that {fault}.",
)

ASK = {
    "code": (
        "Why is it that {fault} only in production? Locally everything is fine with {a}.",
        "I read the documentation of {a} twice. What is it really for when you {task}?",
        "Review this and tell me what is wrong with my use of {a}:\n\n```\n{code}\n```",
        "What happens under the hood with {a}? I would like to predict when {fault}.",
        "How would a senior {task}, and why not simply with {b}?",
        "After {n} hours: {fault}. I suspect {a}. How can I prove it?",
    ),
    "visual": (
        "Why does my result look amateurish as soon as {fault}? What does {a} have to do with it?",
        "How do I train my eye for {a}? Suggest an exercise for {n} days.",
        "Critique my approach: first {a}, then {b}, then export. What would a teacher say?",
        "How do professionals {task}, and what do they look at first?",
        "I see that {fault}, but I cannot name the reason. Which terms do I need?",
        "When may I break the rule about {a}?",
    ),
    "text": (
        "Why does a reader stop when {fault}? Explain it with {a}.",
        "Feedback on my draft of {work}, please, but do not rewrite it: it begins with {a} and ends with {b}.",
        "How do I measure whether {a} works, if I have only {n} readers?",
        "What makes {a} good? Show me one weak and one strong example, and the reason.",
        "I always struggle to {task}. Which procedure do experienced people follow?",
        "How do {a} and {b} play together when the reader is in a hurry?",
    ),
    "language": (
        "Correct my three sentences about {a} and explain each mistake in one line.",
        "Explain {a} with a comparison to German, please.",
        "Practise with me: you are the client, and I have to {task}. Correct me at the end only.",
        "Why is it that {fault}? Give me a rule of thumb and {n} gaps to fill.",
        "When do natives use {a} rather than {b}?",
        "Which {n} phrases do I need to {task}? Explain their grammar.",
    ),
    "business": (
        "How does one calculate with {a}? Show it with numbers that I can replace.",
        "What would an experienced adviser ask before I {task}?",
        "How do I explain {a} to {client} without jargon?",
        "What are the risks if {fault}, and how likely are they?",
        "I have to decide between {a} and {b}. Which questions make the decision clear?",
        "Role play: you are {client}, and I have to {task}. Be friendly but sceptical.",
    ),
}

DO = (
    "Write {work} for {client}, about {n}0 words, sober.",
    "Turn my notes into {work}: {a}, then {b}, deadline {day}.",
    "Make {work} out of this, no explanation.",
    "Translate {work} into German, formal.",
    "Summarise this for {client} in {n} sentences: {fault}, and we have to {task} by {day}.",
    "Give me a checklist to {task}.",
    "Shorten the following and keep {a} in it: in our last meeting we spoke about {b} and that {fault}.",
    "Draft a mail to {client}: {fault}, we {task} on {day}.",
    "Convert this list to JSON: {a}; {b}; {n} pieces; {day}.",
    "List {n} titles for {work}.",
    "Fill in a table with {a}, {b} and the effort in hours.",
    "I need {work} until {day}. Please write the whole thing.",
)

EXPRESS = (
    "It worked, now I see what {a} is for.",
    "That helped. I had always mixed up {a} and {b}.",
    "{client} was happy with it. I used {a} in the end.",
    "I give up for today, {fault} again.",
)

FILL = (
    "give me an example",
    "give me an example with {a}",
    "that did not work, {fault}",
    "that did not work",
    "shorter please",
    "can you explain the second part again?",
    "why?",
    "and for {b}?",
    "ok, next step",
    "another one, harder",
    "are you sure about {a}?",
    "thanks",
)

NOISE = (
    "What can I cook with {food} and {food2} in {n}0 minutes?",
    "Plan a weekend in {place} for two, we like walking and {hobby}.",
    "Gift for my {person}, who loves {hobby}, at most {n}0 euros?",
    "Which plants survive on a {side} balcony if I water only every {n} days?",
    "How long do I have to bake a bread of {n}00 g?",
    "A film for tonight, something like a quiet story about {hobby}.",
    "My {person} cannot sleep. Any harmless ideas?",
    "How many boxes do I need for a flat of {n}0 square metres?",
    "Stretching for the back after {n} hours at the desk?",
    "Train or bus from {place} to {place2}, what is nicer?",
    "Name for a {animal} that likes {food}?",
    "How do I get {food} stains out of a shirt?",
)

NOISE_WORDS = {
    "food": ("lentils", "pumpkin", "spinach", "rice", "chickpeas", "beetroot", "mushrooms", "oats", "plums"),
    "place": ("Porto", "Ghent", "Trieste", "Bergen", "Kraków", "Valencia", "Galway", "Ljubljana", "Aarhus", "Lucca"),
    "hobby": ("radio", "birds", "maps", "chess", "old trains", "knitting", "football", "jazz", "gardens", "puzzles"),
    "person": ("father", "sister", "neighbour", "best friend", "aunt", "colleague", "nephew", "flatmate"),
    "side": ("northern", "windy", "shady", "tiny", "sunny"),
    "animal": ("cat", "dog", "rabbit", "canary", "tortoise"),
}

CONTEXT = (
    "Some background: I work alone, and the project is for {client}.",
    "So far I have looked at {a}, and I believe that {b} plays a part.",
    "The deadline is {day}, so I would rather do it properly once.",
    "Last time I had to {task} it took me {n} hours.",
    "What I saw: {fault}, but only sometimes.",
    "In an older project I used {b} instead, which was fine for {work}.",
    "I have read that {a} is outdated; is that so?",
    "My aim is {work} that I can maintain myself.",
    "Please keep it practical, I know {b} fairly well.",
    "There are about {n}0 cases, and {n} of them are special.",
    "A colleague swears by {b}, without being able to say why.",
    "I can {task} already; what I lack is the reason behind it.",
    "What I have so far: {a} is set up, {b} is not.",
    "It is about {work}, nothing bigger.",
    "The odd thing: after I changed {b}, {fault}.",
    "Please no long list, rather the one point that matters for {a}.",
    "On {day} I have to show it to {client}.",
    "My first attempt took {n} hours and ended with this: {fault}.",
)

REPLY_OPEN = (
    "In short: {a} decides *when* something happens, and {b} decides *what*.",
    "A good question: that {fault} can have more than one cause.",
    "Let us take it apart, beginning with {a}.",
    "You are close. What is missing is the link between {a} and {b}.",
    "It depends on one thing: whether you want to {task} once or every week.",
    "The usual advice is to use {a}; the reason is rarely given.",
)

REPLY_MIDDLE = (
    "{a_cap} is easiest to understand by looking at what goes wrong without it: {fault}.",
    "If you {task}, first make sure that {a} is in place, and only then think about {b}.",
    "With {work}, the difference shows after about {n} repetitions.",
    "A simple test: change only {a}, leave {b} as it is, and compare.",
    "Most people reach for {b} here, which works until {fault}.",
    "Write down what you expect before you {task}; the surprise is where you learn.",
    "There is one exception: in a very small case {a} costs more than it brings.",
    "For {client} I would keep it plain, and explain {a} in a single sentence.",
    "When {fault}, look at the first step that differs from your expectation, not at the last.",
    "Both belong together: {a} sets the frame, {b} fills it.",
    "It helps to do it by hand once, on {day} for instance, before automating anything.",
    "The number to watch is simple: how often {fault} in {n} attempts.",
    "Somebody who has to {task} every week does it in this order: {a}, then {b}, then a look at the result.",
    "The word {a} is used for two things; here it means what you need in order to {task}.",
    "Do not confuse it with {b}, which solves another problem.",
    "You notice that {a} is missing as soon as {fault}.",
    "Take {work} that you know well, and look for {a} in it.",
    "The price of {b} is {n} minutes at the beginning; the price of leaving it out comes later.",
    "In practice you {task} in three steps: collect, decide, check {a}.",
    "If you had to explain {a} to {client}, you would speak about the result and leave out {b}.",
    "Beginners change {a} and {b} at once, and then do not know which of them helped.",
    "A typical sign: {fault}, although {a} looks right.",
    "That is why books on the subject treat {a} before they let you {task}.",
    "You may leave out {b} as long as {work} stays small.",
)

REPLY_CLOSE = (
    "Try it with {work} and tell me what you see.",
    "If {fault} again, send me the exact steps.",
    "The next thing worth learning would be {b}.",
    "Check this against the documentation, since details change between versions.",
    "Do one of them today, and leave the rest for {day}.",
)

DELIVERY_OPEN = (
    "Here is a draft:",
    "Done, with the points in your order:",
    "A version that you can send as it is:",
    "**Draft for {client}**",
)

DELIVERY_LINE = (
    "We begin with {a}, so that everybody has the same picture.",
    "By {day} we {task} and send you the result.",
    "{a_cap} and {b} are included; everything beyond is a separate order.",
    "Until now {fault}; this is the point that we change first.",
    "The effort is about {n} hours.",
    "You receive {work}, and one round of corrections.",
    "Please send us the missing material by {day}.",
    "For {client} this means: {n} steps, of which the first is to {task}.",
    "{a_cap}: done. {b}: open, until {day}.",
    "What remains with you is a decision about {b}.",
    "As agreed, {work} follows the pattern of the last one.",
    "| {a} | {n} h |\n| {b} | {n} h |",
    "Should it happen again that {fault}, a short call is enough.",
)

CLIENTS = (
    "Harbour & Finch Bakery", "Tidewell Physio", "Oakline Ledger", "Casa Brisal", "Meadowlark Studio", "Brisk & Pillar",
    "Copper Lantern Films", "Saltmarsh Pottery", "Quillfeather Books", "Nettle Street Yoga", "Bramble Joinery",
    "Lumen & Lark Optics", "Paperboat Travel", "Kite & Anchor", "Tern & Tide", "Fernhollow School",
)  # fmt: skip

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Monday morning", "Friday evening")

CODE = {
    "js": (
        "const {x} = load('{y}');\nif (!{x}) {{\n  throw new Error('{y} is missing');\n}}\nrender({x}, {n});",
        "export function {x}({y}) {{\n  return {y}.filter((one) => one.{x} > {n});\n}}",
    ),
    "python": (
        "def {x}(items):\n    for item in items[:{n}]:\n        yield item.{y}",
        "table = load('{x}.csv')\nprint(table.groupby('{y}').size().head({n}))",
    ),
    "sql": (
        "SELECT {x}, COUNT(*) AS n\nFROM {y}\nGROUP BY {x}\nHAVING COUNT(*) > {n};",
        "UPDATE {x}\nSET {y} = {n}\nWHERE {y} IS NULL;",
    ),
    "css": (
        ".{x} {{\n  display: grid;\n  gap: {n}px;\n}}\n.{x} .{y} {{\n  min-width: 0;\n}}",
        "@media (min-width: {n}rem) {{\n  .{x} {{ --{y}: {n}px; }}\n}}",
    ),
    "shell": (
        "tool {x} --{y} --limit {n} || exit 1",
        'for each in {x}/*; do\n  tool {y} "$each" --times {n}\ndone',
    ),
    "php": (
        "add_action( '{x}', function () {{\n    update_option( '{y}', {n} );\n}} );",
        "add_filter( '{x}', function ( $value ) {{\n    return $value . '{y}';\n}}, {n} );",
    ),
    "html": (
        '<div class="{x}" role="group" aria-label="{y}">\n  <button type="button">{n}</button>\n</div>',
        '<label for="{x}">{y}</label>\n<input id="{x}" maxlength="{n}">',
    ),
    "formula": (
        '=IF({x}!A{n}="{y}", SUM(B2:B{n}), 0)',
        '=XLOOKUP("{y}", {x}!A2:A{n}, {x}!C2:C{n})',
    ),
}
