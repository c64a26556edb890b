"""WeChat on loopback: mp.weixin.qq.com and its picture hosts behind a CONNECT proxy, as a test wants them to answer."""

from tests.support.wechat import faults, pages
from tests.support.wechat.server import Authority, playing
from tests.support.wechat.world import HOSTS, PAGES, Answer, Request, World

__all__ = ["HOSTS", "PAGES", "Answer", "Authority", "Request", "World", "faults", "pages", "playing"]
