"""List the members of `cgiDataNew`, the server's data in a page, that pages are known to have.

Most of them say nothing that a reader sees. The list is only for noticing new ones (format_notes.py).
"""

from __future__ import annotations

KNOWN_MEMBERS = frozenset(
    """
    ad_mark_status advertisement_info advertisement_num ai_chat_info aigc_pictures ainfos alias anchor_tree
    app_id appmsg_ext_get appmsg_fe_filter appmsg_like_type appmsg_link appmsg_listen_id appmsgalbuminfo
    at_biz_list author author_id ban_scene base_resp biz_card biz_type bizuin can_reward can_share
    can_use_page can_use_wecoin cdn_url cdn_url_16_9 cdn_url_1_1 cdn_url_235_1 cdn_url_3_4 claim_source
    comment_id content_noencode copyright_info create_time create_timestamp csp_nonce_str del_reason_id desc
    desc_empty enterid extra_comment_id fasttmpl_version filter_time finder_audio_card finder_audio_card_list
    finder_music_card finder_music_card_list footer_common_shops footer_gift_activity footer_product_card
    front_end_additional_fields has_red_packet_cover hashtag hashtags hd_head_img hide_ad_mark_on_cps
    hotspotinfolist idx img_format in_mm ip_wording is_acct_area_shield is_area_shield is_async
    is_cooling_appmsg is_limit_user is_login is_only_read is_pay_subscribe is_title_modified is_top_stories
    is_wxg_stuff_uin isnew isprofileblock item_show_type lang last_text link live_info location locationlist
    malicious_content_type malicious_title_reason_id masonry_feed_info mid modify_detail modify_time
    more_read_type msg_daily_idx need_report_cost new_service_type nick_name open_fansmsg ori_create_time
    ori_head_img_url ori_send_time origin_style_type origin_type_setting page_info page_type
    pay_subscribe_info picture_list_in_pictext picture_page_info_list private_info product_activity
    public_tag_info real_item_show_type redpacket_cover_list related_article_info related_tag reprint_editable
    req_id reward_author_head reward_money reward_wording round_head_img rt_biz_info sec_control_info
    segment_comment_id send_time servicetype shield_acct_areaids shield_areaids shield_areas_info show_comment
    show_cover_pic show_ip_wording show_msg_voice show_top_bar signature single_video_snap_card sn source_url
    srcid style_type super_vote_id svr_time text_page_info title title_gen_type topic_infos total_item_num
    trans_appmsg_info type url_item_show_type use_outer_link use_tx_video_player user_game_profile user_info
    user_name user_uin verify_status video_ids video_in_article video_page_info video_page_infos
    voice_in_appmsg voice_in_appmsg_list_json voice_page_info wash_status watermark_setting weapp_link
    wecoin_tips weread_link window_product_list zhuge_qa_id_list
    """.split()
)
