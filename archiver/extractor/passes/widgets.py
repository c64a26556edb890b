"""Drop what WeChat's scripts drew into a page before a browser saved it: players and cards with their controls.

The scripts draw beside an element, such as `<mpvoice>`, and leave the element in the page. What they drew repeats the
element's title and adds the words of controls, such as `00:00`. Only the element is content: `make_cards` makes a card
of it. A video player is different, since it takes the place of its `<iframe>`. So it is replaced by a new `<iframe>`
(docs/reference/wechat-format.md#what-scripts-drew-into-a-saved-page).
"""

from __future__ import annotations

import re

from archiver.extractor.passes.css import not_shown
from archiver.extractor.passes.tree import Element, drop, having, holds, replace

_AUDIO = ("mpvoice", "mp-common-mpaudio")
_MUSIC = ("qqmusic", "mp-common-qqmusic")
_MINI_PROGRAM = ("mp-miniprogram", "mp-common-miniprogram")
_CHANNEL = ("mp-common-videosnap", "mpvideosnap")
# The class of each widget (what a script drew), and the tags of the elements for which it is drawn.
_OWNERS = {
    "js_audio_frame": _AUDIO,
    "audio_area": _AUDIO,
    "audio_card": _AUDIO,
    "qqmusic_area": _MUSIC,
    "js_wap_qqmusic": _MUSIC,
    "js_weapp_display_element": _MINI_PROGRAM,
    "weapp_display_element": _MINI_PROGRAM,
    "js_wechannel_video_card": _CHANNEL,
    "js_wechannel_img_card": _CHANNEL,
    "js_wechannel_live_card": _CHANNEL,
    "js_wap_redpacketcover": ("mp-common-redpacket",),
    "minishop_card": ("mp-common-product",),
}
_find_widgets = having(
    "descendant::*/@class[contains(., 'audio_') or contains(., 'qqmusic') or contains(., 'weapp_display_element')"
    " or contains(., 'js_wechannel_') or contains(., 'js_wap_') or contains(., 'minishop_card')]"
)
_find_wrappers = having("descendant::*/@id[starts-with(., 'js_mpvedio_wrapper_')]")
_find_players = having("descendant::*/@class[contains(., 'js_mpvedio')]")
_VIDEO_ID = re.compile(r"wxv_[0-9]{1,40}", re.ASCII)
# Elements that no script draws into these. If one is in it, an end tag is missing, and its text is the author's.
_NEVER_IN_PLAYER = ("section", "h1", "h2", "h3", "h4", "blockquote", "pre", "table")
_NEVER_IN_WIDGET = ("p", *_NEVER_IN_PLAYER)


def drop_widgets(body: Element) -> None:
    """Drop each player or card that a script drew beside its element, and turn video players back into `<iframe>`s.

    A widget is dropped only if the body has an element for which it was drawn; otherwise it is all that is left of the
    content. Nothing is reported, because the card that replaces the element says the same. An element that the script
    hid (`display: none`) because it drew another in its place is shown again.
    """
    if players := _find_wrappers(body) + _find_players(body):
        frames = {str(frame.get("data-mpvid")) for frame in body.iterdescendants("iframe")}
        for player in players:
            _restore_video(player, frames)
    if widgets := _find_widgets(body):
        present = {tag for tags in _OWNERS.values() for tag in tags if holds(body, tag)}
        drawn = {tag for widget in widgets for tag in _drop_widget(widget, present)}
        for element in body.iterdescendants(*drawn) if drawn else ():
            if not_shown("", element.get("style", "")):
                element.set("style", "")


def _drop_widget(widget: Element, present: set[str]) -> tuple[str, ...]:
    """Drop a widget; return the tags of the elements for which a script draws it, () if nothing was dropped.

    `present` has the tags that occur in the body. The element itself is kept if the script drew around it. An element
    that only has the class of a widget stays, as `<mp-common-miniprogram>` does since 2022.
    """
    tags = next((_OWNERS[name] for name in widget.get("class", "").split() if name in _OWNERS), ())
    if widget.tag in tags or present.isdisjoint(tags) or holds(widget, *_NEVER_IN_WIDGET):
        return ()
    for owner in list(widget.iterdescendants(*tags)):
        owner.tail = None
        widget.addprevious(owner)
    drop(widget)
    return tags


def _restore_video(player: Element, frames: set[str]) -> None:
    """Replace a video player by an `<iframe>` with the id of the video, as the page had it before the script ran.

    If the id is unknown, replace the player by its `<video>` element; a player without one stays unchanged. `frames`
    are the ids of the videos for which the body still has the `<iframe>`: their players are just dropped.
    """
    video = next(player.iterdescendants("video"), None)
    source, cover = (video.get("src", ""), video.get("poster", "")) if video is not None else ("", "")
    found = _VIDEO_ID.search(" ".join((player.get("id", ""), player.get("class", ""), source)))
    if (found is None and video is None) or holds(player, *_NEVER_IN_PLAYER):
        return
    if found is None:
        assert video is not None
        replace(player, video)
    elif found[0] in frames:
        drop(player)
    else:
        replace(player, player.makeelement("iframe", {"data-mpvid": found[0], "data-cover": cover}))
