"""Map the words of WeChat's notices to states of a page (docs/reference/wechat-format.md#notices).

A notice is the text that WeChat shows in place of an article, for example that the author deleted it. To support a new
notice, add one of its words to _STATES_BY_WORDS.
"""

from __future__ import annotations

import re

from archiver.models import State

# Words as `_normalize` returns them. The first row of which the notice contains a word decides. The order of the rows
# matters: the notice of a blocked account also contains "violation", and all kinds contain "cannot be viewed".
_STATES_BY_WORDS: tuple[tuple[State, tuple[str, ...]], ...] = (
    (State.UNAVAILABLE, ("未将文章素材同步", "申请账号迁移", "账号迁移流程", "该链接已不可访问")),
    (State.MIGRATED, ("已迁移", "hasbeenmigrated", "hasmigrated", "accountmigrated")),
    (State.DELETED, ("发布者删除", "已被删除", "内容已删除", "deletedbytheauthor", "deletedbythepublisher",
                     "hasbeendeleted")),
    (State.UNAVAILABLE, ("已被屏蔽", "自主注销", "已注销", "已被封", "停止使用", "accounthasbeenblocked",
                         "accountisblocked", "accounthasbeencancel", "accounthasbeendeactivated", "deregistered")),
    (State.VIOLATION, ("违规", "投诉", "侵权", "违反", "violat", "infring", "complain", "reportedby")),
    (State.VERIFICATION, ("环境异常", "完成验证", "访问过于频繁", "操作频繁", "请输入验证码", "去验证", "toofrequent",
                          "toooften", "toomany", "verification", "unusualenvironment", "abnormalenvironment",
                          "environmentisabnormal", "environmentabnormal")),
    (State.EXPIRED, ("已过期", "已失效", "expired")),
    (State.INVALID, ("参数错误", "parametererror", "invalidparameter", "incorrectparameter", "wrongparameter",
                     "invalidargument")),
    (State.NOT_ARTICLE, ("微信客户端", "inwechat", "wechatclient", "inweixin")),
    (State.UNAVAILABLE, ("无法查看", "发送失败", "隐私设置", "辟谣", "不可访问", "cannotbeviewed", "can'tbeviewed",
                         "unabletoview", "cannotview", "failedtosend", "sendfailed", "unavailable", "notavailable",
                         "privacysettings", "rumor", "rumour")),
    (State.UNKNOWN, ("系统出错", "系统错误", "系统繁忙", "未知错误", "systemerror", "暂无权限")),
)  # fmt: skip


def state_of_notice(notice: str) -> State | None:
    """Return the state of a page that shows this notice; None if the notice contains no known word."""
    text = _normalize(notice)
    return next((state for state, words in _STATES_BY_WORDS if any(word in text for word in words)), None)


def _normalize(notice: str) -> str:
    """Return a notice in the form that the words of _STATES_BY_WORDS have, so that these words can be found in it.

    This form is in lower case and without white space. 帐 becomes 账 and ’ becomes ', because WeChat writes the same
    words with either character.
    """
    return re.sub(r"\s+", "", notice).lower().replace("帐", "账").replace("’", "'")
