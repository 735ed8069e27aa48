"""A Slack workspace in memory: conversations, members, messages, and the Web API's answers about them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.demo.slack.blocks import BlockRefusal, check_message

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(slots=True)
class PostedMessage:
    """One message as it stands now. ``ts`` is its identity within the channel."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    """All that `chat.postMessage` was given, for looking at flags."""
    edits: int = 0

    def as_json(self, with_metadata: bool) -> Answer:
        shown: Answer = {"type": "message", "bot_id": "B00000001", "ts": self.ts, "text": self.text}
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        if with_metadata and self.metadata:
            shown["metadata"] = self.metadata
        return shown


@dataclass(slots=True)
class Conversation:
    id: str
    name: str
    is_private: bool = False
    is_im: bool = False
    is_member: bool = True
    is_archived: bool = False
    previous_names: tuple[str, ...] = ()
    user: str = ""
    messages: list[PostedMessage] = field(default_factory=list)

    @property
    def history_scope(self) -> str:
        kind = "im" if self.is_im else "groups" if self.is_private else "channels"
        return f"{kind}:history"

    def as_json(self) -> Answer:
        if self.is_im:
            return {"id": self.id, "is_im": True, "user": self.user}
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": not self.is_private,
            "is_private": self.is_private,
            "is_member": self.is_member,
            "is_archived": self.is_archived,
            "previous_names": list(self.previous_names),
        }


class Workspace:
    """State, and one method for each Web API method that a bot which posts needs.

    Methods return what Slack's JSON holds beside ``ok`` and raise `BlockRefusal` for ``ok: false``. They
    know nothing of tokens, HTTP or faults.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.users: dict[str, str] = {}
        """Id by e-mail address."""
        self.history_cap = 999
        """The most messages one page of a history holds, whatever is asked for."""
        self._now = now
        self._last_ts = 0

    def add_channel(self, name: str, **traits: Any) -> Conversation:
        """A channel with the id ``C…``; ``traits`` are fields of `Conversation`."""
        channel = Conversation(f"C{len(self.conversations):08d}", name.removeprefix("#"), **traits)
        self.conversations[channel.id] = channel
        return channel

    def add_user(self, email: str) -> str:
        self.users[email] = f"U{len(self.users):08d}"
        return self.users[email]

    def conversation(self, channel: str) -> Conversation:
        """By id, ``#name`` or name, as far as the bot can see it."""
        name = channel.removeprefix("#")
        for one in self.conversations.values():
            if channel == one.id or (name == one.name and not one.is_im):
                if one.is_private and not one.is_member:
                    break
                return one
        raise BlockRefusal("channel_not_found")

    def identity(self) -> Answer:
        return {"team": "Demo Lab", "user": "arxiv-digest", "team_id": "T00000001", "user_id": "U0BOT0001"}

    def conversations_list(self, arguments: Arguments) -> Answer:
        kinds = str(arguments.get("types") or "public_channel").split(",")
        shown = [
            one
            for one in self.conversations.values()
            if not one.is_im
            and ("private_channel" if one.is_private else "public_channel") in kinds
            and (one.is_member or not one.is_private)
            and not (flag(arguments, "exclude_archived") and one.is_archived)
        ]
        page, following = _page(shown, [one.id for one in shown], arguments, 1000)
        return {"channels": [one.as_json() for one in page], "response_metadata": {"next_cursor": following}}

    def conversations_info(self, arguments: Arguments) -> Answer:
        return {"channel": self.conversation(str(arguments.get("channel"))).as_json()}

    def conversations_open(self, arguments: Arguments) -> Answer:
        user = str(arguments.get("users") or "")
        if user not in self.users.values():
            raise BlockRefusal("user_not_found")
        for one in self.conversations.values():
            if one.is_im and one.user == user:
                return {"no_op": True, "already_open": True, "channel": one.as_json()}
        opened = Conversation(f"D{len(self.conversations):08d}", "", is_im=True, user=user)
        self.conversations[opened.id] = opened
        return {"channel": opened.as_json()}

    def users_lookup_by_email(self, arguments: Arguments) -> Answer:
        user = self.users.get(str(arguments.get("email")))
        if user is None:
            raise BlockRefusal("users_not_found")
        return {"user": {"id": user, "is_bot": False, "deleted": False}}

    def conversations_history(self, arguments: Arguments) -> Answer:
        channel = self._readable(arguments)
        newest_first = [m for m in reversed(channel.messages) if m.thread_ts in (None, m.ts)]
        return self._messages(newest_first, arguments)

    def conversations_replies(self, arguments: Arguments) -> Answer:
        channel = self._readable(arguments)
        parent = str(arguments.get("ts"))
        thread = [m for m in channel.messages if parent in (m.ts, m.thread_ts)]
        if not thread:
            raise BlockRefusal("thread_not_found")
        return self._messages(thread, arguments)

    def chat_post_message(self, arguments: Arguments) -> Answer:
        check_message(arguments)
        channel = self.conversation(str(arguments.get("channel")))
        if channel.is_archived:
            raise BlockRefusal("is_archived")
        thread = arguments.get("thread_ts")
        if thread is not None and thread not in {message.ts for message in channel.messages}:
            raise BlockRefusal("cannot_reply_to_message")
        blocks = list(arguments.get("blocks") or [])
        # Slack cuts a long text without blocks into several messages.
        texts = (
            _chunks(str(arguments.get("text") or "")) if not blocks else [str(arguments.get("text") or "")]
        )
        posted = [
            PostedMessage(
                channel=channel.id,
                ts=self._next_ts(),
                text=text,
                blocks=blocks,
                thread_ts=thread,
                metadata=arguments.get("metadata"),
                arguments=dict(arguments),
            )
            for text in texts
        ]
        channel.messages += posted
        return {"channel": channel.id, "ts": posted[0].ts, "message": posted[0].as_json(with_metadata=False)}

    def chat_update(self, arguments: Arguments) -> Answer:
        check_message(arguments)
        channel = self.conversation(str(arguments.get("channel")))
        for message in channel.messages:
            if message.ts == arguments.get("ts"):
                message.text = str(arguments.get("text") or "")
                message.blocks = list(arguments.get("blocks") or [])
                message.metadata = arguments.get("metadata") or message.metadata
                message.edits += 1
                return {"channel": channel.id, "ts": message.ts, "text": message.text}
        raise BlockRefusal("message_not_found")

    def _readable(self, arguments: Arguments) -> Conversation:
        channel = self.conversation(str(arguments.get("channel")))
        if not channel.is_im and not channel.is_member:
            raise BlockRefusal("not_in_channel")
        return channel

    def _messages(self, messages: Sequence[PostedMessage], arguments: Arguments) -> Answer:
        oldest = str(arguments.get("oldest") or "0")
        shown = [m for m in messages if float(m.ts) > float(oldest)]
        page, following = _page(shown, [m.ts for m in shown], arguments, self.history_cap)
        with_metadata = flag(arguments, "include_all_metadata")
        answer: Answer = {"messages": [m.as_json(with_metadata) for m in page], "has_more": bool(following)}
        return answer | ({"response_metadata": {"next_cursor": following}} if following else {})

    def _next_ts(self) -> str:
        self._last_ts = max(int(self._now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def flag(arguments: Arguments, name: str) -> bool:
    return str(arguments.get(name) or "").lower() in ("1", "true")


_SPLIT_AFTER = 4000


def _chunks(text: str) -> list[str]:
    return [text[i : i + _SPLIT_AFTER] for i in range(0, max(len(text), 1), _SPLIT_AFTER)]


T = TypeVar("T")


def _page(
    items: Sequence[T], marks: Sequence[str], arguments: Arguments, most: int
) -> tuple[Sequence[T], str]:
    """One page of ``items`` and the cursor of the next: it names the last item shown, so that what
    comes in meanwhile moves nothing."""
    limit = min(int(arguments.get("limit") or 100), most)
    start = 0
    if arguments.get("cursor"):
        try:
            start = marks.index(b64decode(str(arguments["cursor"]), validate=True).decode()) + 1
        except (Base64Error, ValueError):
            raise BlockRefusal("invalid_cursor") from None
    end = start + limit
    following = b64encode(marks[end - 1].encode()).decode() if end < len(items) else ""
    return items[start:end], following
