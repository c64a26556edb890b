"""Name WeChat's own emoji, which are images in a body, as WeChat names them in text: `[微笑]`.

An emoji is known by its file name. The names are those of the table in WeChat's scripts, in simplified Chinese
(docs/reference/wechat-format.md#emoji-in-a-line).
"""

from __future__ import annotations

from urllib.parse import urlsplit

SIDE = 20  # px; the width and height of an emoji in an article

_FOLDER = "https://res.wx.qq.com/t/wx_fed/we-emoji/"
# The files Expression/Expression_1@2x.png, Expression_2@2x.png and so on.
_NUMBERED = (
    "微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 酷 囧 抓狂 吐 偷笑 愉快 白眼 傲慢 "
    "饥饿 困 惊恐 流汗 憨笑 悠闲 奋斗 咒骂 疑问 嘘 晕 疯了 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 糗大了 坏笑 左哼哼 "
    "右哼哼 哈欠 鄙视 委屈 快哭了 阴险 亲亲 吓 可怜 菜刀 西瓜 啤酒 篮球 乒乓 咖啡 饭 猪头 玫瑰 凋谢 嘴唇 爱心 心碎 "
    "蛋糕 闪电 炸弹 刀 足球 瓢虫 便便 月亮 太阳 礼物 拥抱 强 弱 握手 胜利 抱拳 勾引 拳头 差劲 爱你 NO OK 爱情 飞吻 "
    "跳跳 发抖 怄火 转圈 磕头 回头 跳绳 投降 激动 乱舞 献吻 左太极 右太极"
).split()
# The files of the folder newemoji, without `.png`.
_NAMED = {
    "2_02": "奸笑", "2_04": "嘿哈", "2_05": "捂脸", "2_06": "机智", "2_07": "茶", "2_09": "红包", "2_10": "蜡烛",
    "2_11": "耶", "2_12": "皱眉", "2_14": "鸡", "2_15": "福", "2_16": "發", "2_17": "小狗", "666": "666",
    "Addoil": "加油", "Boring": "翻白眼", "Broken": "裂开", "Cold": "Emm", "Duh": "无语", "Firecracker": "爆竹",
    "Fireworks": "烟花", "Flushed": "脸红", "Happy": "笑脸", "Hurt": "苦涩", "KeepFighting": "加油加油",
    "LetDown": "失望", "LetMeSee": "让我看看", "Lol": "破涕为笑", "NoProb": "好的", "Party": "庆祝", "Shocked": "天啊",
    "Sick": "生病", "Sigh": "叹气", "Slap": "打脸", "Social": "社会社会", "Sweat": "汗", "Terror": "恐惧",
    "Watermelon": "吃瓜", "Worship": "合十", "Wow": "哇", "Yellowdog": "旺柴", "smiley_39b": "再见",
    "smiley_83b": "抱拳",
}  # fmt: skip
_NAMES = {f"Expression_{number}@2x": name for number, name in enumerate(_NUMBERED, 1)} | _NAMED


def is_emoji(address: str) -> bool:
    """Return True if `address` is that of one of WeChat's own emoji."""
    return address.startswith(_FOLDER)


def emoji_text(address: str) -> str:
    """Return the text that WeChat writes for an emoji, such as `[微笑]`; '' if `address` is not that of a known one."""
    name = _NAMES.get(urlsplit(address).path.rpartition("/")[2].removesuffix(".png"), "")
    return f"[{name}]" if name and is_emoji(address) else ""
