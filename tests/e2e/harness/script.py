"""Scripts: what a person types in which tab, and what the site will answer."""

from collections.abc import Callable
from dataclasses import dataclass, field

from e2e.harness.prose import answer, question
from e2e.standin import plan as p
from e2e.standin.plan import Plan, Reference, Say, say

Step = dict[str, object]

CITE = "\ue200cite\ue202turn0search1\ue201"
OLD_CITE = "\ue200cite\ue202turn0news7\ue202turn0news8\ue201"


@dataclass(slots=True)
class Lane:
    """Steps that follow each other; a page plays several lanes at once."""

    steps: list[Step] = field(default_factory=list)
    turns: int = 0

    def ask(self, prompt: str, **options: object) -> None:
        """Add a prompt to the lane's chat."""
        self.steps.append({"prompt": prompt, **options})
        self.turns += 1

    def new_chat(self, **options: object) -> None:
        """Begin the next step in a new chat."""
        self.turns = 0
        self._next = {"chat": "new", **options}

    _next: Step = field(default_factory=dict)

    def take_next(self) -> Step:
        """Return the options that open a new chat, once."""
        taken, self._next = self._next, {}
        return taken


@dataclass(slots=True)
class Script:
    """Plans for the site and lanes for the pages."""

    lanes: list[Lane] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    number: int = 0

    def turn(self, lane: Lane, *, options: Step | None = None, **changes: object) -> None:
        """Add a prompt with the plan of its answer."""
        self.number += 1
        seed = self.number
        fields: dict[str, object] = {
            "prompt": question(seed),
            "says": (say(answer(seed)),),
            "seed": seed,
            "largest_chunk": 40 + seed % 90,
            **changes,
        }
        plan = Plan(**fields)  # type: ignore[arg-type]
        self.plans.append(plan)
        lane.ask(plan.prompt, **lane.take_next(), **(options or {}))

    def again(self, lane: Lane) -> None:
        """Regenerate the answer to the lane's last prompt."""
        self.number += 1
        prompt = str(lane.steps[-1]["prompt"])
        self.plans.append(Plan(prompt=prompt, says=(say(answer(self.number)),), seed=self.number))
        lane.steps.append({"prompt": prompt, "again": True})


Kind = Callable[[Script, Lane], None]


def plain(script: Script, lane: Lane) -> None:
    script.turn(lane, title=f"Chat of turn {script.number}", keep_alive=True)


def thoughtful(script: Script, lane: Lane) -> None:
    script.turn(lane, thoughts=True, hidden_context=True, line_end="\r\n", largest_chunk=19)


def with_tools(script: Script, lane: Lane) -> None:
    first, second = answer(script.number + 5000, paragraphs=2), answer(script.number + 6000)
    script.turn(lane, says=(say(first), say(second)), tools=True)


def cited(script: Script, lane: Lane) -> None:
    text = f"Postgres keeps it sorted {CITE}, see the manual{OLD_CITE}. (note {script.number})"
    seen = f"Postgres keeps it sorted [manual](https://example.org/m), see the manual. (note {script.number})"
    marks = (Reference(CITE, "[manual](https://example.org/m)"), Reference(OLD_CITE, None))
    script.turn(lane, says=(Say(text, seen, marks),))


def odd(script: Script, lane: Lane) -> None:
    script.turn(lane, odd_operations=True, largest_chunk=7, pause=0.001)


def byte_by_byte(script: Script, lane: Lane) -> None:
    text = f"Ä🙂é {script.number}"
    script.turn(lane, says=(say(text),), largest_chunk=1, pause=0, line_end="\r\n")


def legacy(script: Script, lane: Lane) -> None:
    script.turn(lane, way=p.LEGACY, options={"endpoint": "/backend-api/conversation", "transport": "request"})


def legacy_xhr(script: Script, lane: Lane) -> None:
    script.turn(lane, way=p.LEGACY, options={"endpoint": "/backend-api/conversation", "transport": "xhr"})


def resumed(script: Script, lane: Lane) -> None:
    script.turn(lane, way=p.RESUME, thoughts=True, options={"leg": "resume"})


def by_socket(script: Script, lane: Lane) -> None:
    script.turn(lane, way=p.WEBSOCKET, pause=0.006, thoughts=True)


def stopped(script: Script, lane: Lane) -> None:
    text = answer(script.number + 7000, paragraphs=9)
    script.turn(lane, says=(say(text),), ending=p.STOPPED, pause=0.01, options={"stopAfter": 40})


def too_long(script: Script, lane: Lane) -> None:
    script.turn(lane, ending=p.TOO_LONG)


def broken(script: Script, lane: Lane) -> None:
    script.turn(lane, ending=p.CUT)


def regenerated(script: Script, lane: Lane) -> None:
    script.turn(lane)
    script.again(lane)


def edited(script: Script, lane: Lane) -> None:
    script.turn(lane)
    place = lane.turns - 1
    script.turn(lane, options={"replace": place})
    lane.turns = place + 1


def attached(script: Script, lane: Lane) -> None:
    script.turn(lane, attachments=("sketch.png",), options={"attachments": ["sketch.png"]})


def failing(ending: str) -> Kind:
    """Return a kind whose answer is taken back."""

    def fail(script: Script, lane: Lane) -> None:
        script.turn(lane, ending=ending)

    return fail


GOOD: tuple[Kind, ...] = (
    plain, thoughtful, by_socket, legacy, with_tools, resumed, cited, stopped, odd, edited,
    by_socket, regenerated, byte_by_byte, legacy_xhr, too_long, attached, broken, by_socket,
)  # fmt: skip
BAD: tuple[Kind, ...] = tuple(failing(e) for e in (p.ERROR, p.SYSTEM_ERROR, p.MODERATED, p.REFUSED))
HOMES: tuple[Step, ...] = (
    {},
    {},
    {"gizmo": "g-p-0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
    {},
    {"gizmo": "g-Abc123XyZ-tutor"},
)


def mixed_script(*, exchanges: int, lanes: int, chat_length: int = 6, first: int = 0) -> Script:
    """Return a script in which so many exchanges deserve storing, spread over lanes.

    Failing turns come on top: one after every twelve good ones. ``first`` keeps the questions of two scripts apart.
    """
    script = Script(lanes=[Lane() for _ in range(lanes)], number=first)
    kinds = 0
    while _good(script) < exchanges:
        lane = script.lanes[kinds % lanes]
        if lane.turns % chat_length == 0:
            lane.new_chat(**HOMES[kinds % len(HOMES)])
        room = exchanges - _good(script)
        kind = GOOD[(kinds + kinds // len(GOOD)) % len(GOOD)]
        (plain if room == 1 else kind)(script, lane)
        if kinds % 12 == 11:
            BAD[(kinds // 12) % len(BAD)](script, lane)
        kinds += 1
    return script


def _good(script: Script) -> int:
    return sum(plan.ending not in p.FAILURES for plan in script.plans)
