"""Exports of the programs in which people keep what they read, in the form that each of them writes."""

from __future__ import annotations

import io
import json

import pytest

from archiver.sources import lines_of, read_list

SHORT = "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"
OTHER = "https://mp.weixin.qq.com/s/zYxWvUtSrQpOnMlKjIhG01"
LONG = "https://mp.weixin.qq.com/s?__biz=MzA3MDAwMDAwMA==&mid=2650000001&idx=2&sn=0123456789abcdef0123456789abcdef"
ESCAPED = LONG.replace("&", "&amp;")
SITE = "https://example.org/page?x=1"
PICTURE = "https://mmbiz.qpic.cn/mmbiz_jpg/Pic/0?wx_fmt=jpeg"

NETSCAPE = f"""<!DOCTYPE NETSCAPE-Bookmark-file-1>
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=UTF-8">
<TITLE>Bookmarks</TITLE>
<H1>Bookmarks</H1>
<DL><p>
    <DT><H3 ADD_DATE="1700000000" LAST_MODIFIED="1700000000">公众号</H3>
    <DL><p>
        <DT><A HREF="{ESCAPED}" ADD_DATE="1700000000" ICON="data:image/png;base64,iVBORw0KGgo=">长链接</A>
        <DT><A HREF="{SITE}" ADD_DATE="1700000000">别的网站</A>
        <DT><A HREF="{SHORT}" ADD_DATE="1700000000" TAGS="技术">短链接</A>
        <DD>一段说明
    </DL><p>
</DL><p>
"""
FIREFOX = json.dumps({
    "guid": "root________", "title": "", "type": "text/x-moz-place-container", "root": "placesRoot",
    "children": [{
        "title": "toolbar", "type": "text/x-moz-place-container", "children": [
            {"title": "短", "type": "text/x-moz-place", "uri": SHORT, "iconUri": "https://res.wx.qq.com/a/favicon.ico"},
            {"title": "别", "type": "text/x-moz-place", "uri": SITE},
            {"title": "长", "type": "text/x-moz-place", "uri": LONG},
        ]}],
})  # fmt: skip
CHROME = json.dumps(
    {"checksum": "0", "roots": {"bookmark_bar": {"children": [
        {"guid": "1", "name": "短", "type": "url", "url": SHORT},
        {"name": "夹", "type": "folder", "children": [{"guid": "2", "name": "长", "type": "url", "url": LONG}]},
    ], "name": "书签栏", "type": "folder"}}, "version": 1}, indent=3,
)  # fmt: skip
SAFARI = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict><key>Children</key><array><dict>
    <key>URIDictionary</key><dict><key>title</key><string>长</string></dict>
    <key>URLString</key>
    <string>{ESCAPED}</string>
</dict><dict><key>URLString</key><string>{SHORT}</string></dict></array></dict></plist>
"""
POCKET_HTML = f"""<!DOCTYPE html>
<html>
	<!--So long and thanks for all the fish-->
	<head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /><title>Pocket Export</title></head>
	<body>
		<h1>Unread</h1>
		<ul>
			<li><a href="{ESCAPED}" time_added="1700000000" tags="技术">长</a></li>
		</ul>
		<h1>Read Archive</h1>
		<ul>
			<li><a href="{SITE}" time_added="1700000000" tags="">别</a></li>
			<li><a href="{SHORT}" time_added="1700000001" tags="">短</a></li>
		</ul>
	</body>
</html>
"""
POCKET_CSV = f"title,url,time_added,tags,status\n长，有逗号,{LONG},1700000000,技术|读书,unread\n别,{SITE},1700000000,,archive\n短,{SHORT},1700000001,,archive\n"
RAINDROP = (
    "id,title,note,excerpt,url,folder,tags,created,cover,highlights,favorite\n"
    f'1,长,,"摘要，里面有 {OTHER}",{LONG},公众号,"技术, 读书",2026-01-02T03:04:05.000Z,{PICTURE},,false\n'
    f'2,短,"两行\n笔记",,{SHORT},公众号,,2026-01-02T03:04:05.000Z,,"Highlight:一句话",true\n'
)
OMNIVORE = json.dumps([
    {"id": "1", "slug": "a", "title": "长", "description": f"提到 {OTHER}", "author": "某号", "url": LONG, "state": "Archived",
     "readingProgress": 100, "thumbnail": PICTURE, "labels": ["技术"], "savedAt": "2024-01-02T03:04:05.000Z"},
    {"id": "2", "slug": "b", "title": "别", "url": SITE, "state": "Active"},
    {"id": "3", "slug": "c", "title": "短", "url": SHORT, "state": "Active"},
], indent=2)  # fmt: skip
KARAKEEP = json.dumps({"bookmarks": [
    {"createdAt": 1700000000, "title": "长", "tags": ["技术"], "content": {"type": "link", "url": LONG}, "note": None, "archived": False},
    {"createdAt": 1700000000, "title": None, "tags": [], "content": {"type": "text", "text": f"记下 {OTHER}"}, "note": None},
    {"createdAt": 1700000000, "title": None, "tags": [], "content": {"type": "asset"}, "note": None},
    {"createdAt": 1700000001, "title": "短", "tags": [], "content": {"type": "link", "url": SHORT}, "note": "好"},
]})  # fmt: skip
LINKWARDEN = json.dumps({"id": 1, "name": "me", "collections": [{"id": 1, "name": "公众号", "links": [
    {"id": 1, "name": "长", "type": "url", "description": "", "url": LONG, "textContent": f"正文提到 {OTHER}", "tags": [{"name": "a"}]},
    {"id": 2, "name": "短", "type": "url", "url": SHORT},
]}]})  # fmt: skip
WALLABAG = json.dumps([
    {"is_archived": 0, "is_starred": 0, "tags": [], "id": 1, "title": "长", "url": LONG, "hashed_url": "0",
     "content": f'<p>正文 <a href="{OTHER}">往期</a></p>', "mimetype": "text/html", "preview_picture": PICTURE, "domain_name": "mp.weixin.qq.com"},
    {"id": 2, "title": "短", "url": SHORT, "given_url": SHORT, "content": "", "domain_name": "mp.weixin.qq.com"},
])  # fmt: skip
INSTAPAPER = (
    f"URL,Title,Selection,Folder,Timestamp,Tags\n{LONG},长,,Unread,1700000000,[]\n{SHORT},短,,Archive,1700000001,[]\n"
)
READWISE = (
    "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\n"
    f"长,{LONG},01hxyz,[],2024-01-02 03:04:05+00:00,0.0,archive,True\n短,{SHORT},01hxya,[],2024-01-02,0,later,False\n"
)
CUBOX_CSV = f"标题,链接,描述,标签,文件夹,创建时间\n长,{LONG},摘要,技术,公众号,2024-01-02 03:04\n短,{SHORT},,,,\n"
CUBOX_MARKDOWN = f"""---
title: 长
tags: [技术]
cubox_url: https://cubox.pro/my/card?id=7100000000000000001
url: {LONG}
---
[阅读原文]({LONG}) · [Read in Cubox](https://cubox.pro/my/card?id=7100000000000000001)
---
[Read Original]({SHORT})
"""
SIMPREAD = json.dumps({"option": {}, "unrdist": [
    {"idx": 1, "title": "长", "desc": "摘要", "url": LONG, "create": "2024年01月02日 03:04:05", "tags": []},
    {"idx": 0, "title": "短", "desc": "", "url": SHORT, "create": "2024年01月02日 03:04:05"},
]}, ensure_ascii=False)  # fmt: skip
OBSIDIAN = f'---\ntitle: "长"\nsource: "{LONG}"\nauthor:\n  - "[[某号]]"\n---\n正文\n---\nsource: {SHORT}\n'
EVERNOTE = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export export-date="20240102T030405Z" application="Evernote" version="10">
<note><title>长</title><note-attributes><source-url>{ESCAPED}</source-url></note-attributes></note>
<note><title>短</title><note-attributes><source-url>{SHORT}</source-url></note-attributes></note>
</en-export>
"""
ZOTERO_RIS = f"TY  - ELEC\nTI  - 长\nUR  - {LONG}\nER  - \n\nTY  - ELEC\nTI  - 短\nUR  - {SHORT}\nER  - \n"
BIBTEX = (
    f"@misc{{a,\n  title = {{长}},\n  url = {{{LONG}}},\n}}\n\n@misc{{b,\n  howpublished = {{\\url{{{SHORT}}}}},\n}}\n"
)
PINBOARD = json.dumps([
    {"href": LONG, "description": "长", "extended": "", "time": "2024-01-02T03:04:05Z", "tags": "a"},
    {"href": SHORT, "description": "短", "extended": "", "tags": ""},
])  # fmt: skip
TELEGRAM = json.dumps({"name": "Saved Messages", "type": "saved_messages", "messages": [
    {"id": 1, "type": "message", "text": ["看 ", {"type": "link", "text": LONG}]},
    {"id": 2, "type": "message", "text": f"短 {SHORT}"},
]}, indent=1)  # fmt: skip
FEEDLY = json.dumps([
    {"title": "长", "canonicalUrl": LONG, "originId": "x"}, {"title": "短", "alternate": [{"href": SHORT, "type": "text/html"}]},
])  # fmt: skip
# Exporters of WeChat's articles: their tables have the account's columns beside the address.
WAE_CSV = (
    "公众号,ID,链接,标题,封面,摘要,创建时间,发布时间,阅读,点赞,分享,喜欢,留言,作者,是否原创,文章类型,所属合集\n"
    f"某号,2650000001_2,{LONG},长,{PICTURE},摘要,2024-01-02 03:04:05,2024-01-02 03:04:05,100,1,2,3,4,作者,原创,普通图文,专栏\n"
    f"某号,2650000002_1,{SHORT},短,{PICTURE},,,,,,,,,,,,\n"
)
WAE_JSON = json.dumps([
    {"aid": "2650000001_2", "appmsgid": 2650000001, "title": "长", "link": LONG, "cover": PICTURE, "digest": f"见 {OTHER}",
     "create_time": 1700000000, "appmsg_album_infos": [{"title": "专栏", "album_id": 1}], "_accountName": "某号"},
    {"aid": "2650000002_1", "title": "短", "link": SHORT, "content": f'<p><a href="{OTHER}">往期</a></p>'},
])  # fmt: skip
WECHAT_DOWNLOAD = (
    "日期,标题,作者,文章链接,封面图链接,原文链接,阅读数\n"
    f"2024-01-02,长,某号,{LONG},{PICTURE},{SITE},100\n2024-01-02,短,某号,{SHORT},{PICTURE},,\n"
)
WECHAT_DOWNLOAD_TEXT = f"长\n{LONG}\n\n短\n{SHORT}\n"

EXPORTS = {name: text for name, text in globals().items() if name.isupper() and isinstance(text, str)}
for name in ("SHORT", "OTHER", "LONG", "ESCAPED", "SITE", "PICTURE"):
    del EXPORTS[name]


@pytest.mark.parametrize("name", EXPORTS)
def test_read_list_export_gives_its_articles(name: str) -> None:
    """The two articles and nothing else, but for a note that karakeep keeps as a text."""
    entries = list(read_list(lines_of(io.BytesIO(EXPORTS[name].encode()))))
    assert [entry.error for entry in entries if entry.error] == []
    found = {entry.target.url for entry in entries if entry.target}
    assert found == {SHORT, LONG} | ({OTHER} if name == "KARAKEEP" else set())
