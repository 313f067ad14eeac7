// SPDX-License-Identifier: GPL-2.0

//! The other groups of capabilities: `*_cap` of `mlx5_ifc.h`; what DEBUG has on dumps to memory and on
//! counters is in the PRM only.

use super::Row;

#[rustfmt::skip]
pub(super) const GENERAL_2: &[Row] = &[
    (0x080, 1, "migratable"),
    (0x088, 1, "dp_ordering_force"),
    (0x092, 1, "query_vuid"),
    (0x098, 1, "umr_log_entity_size_5"),
    (0x0a0, 8, "max_reformat_insert_size"),
    (0x0a8, 8, "max_reformat_insert_offset"),
    (0x0b0, 8, "max_reformat_remove_size"),
    (0x0b8, 8, "max_reformat_remove_offset"),
    (0x0c8, 1, "migration_multi_load"),
    (0x0c9, 1, "migration_tracking_state"),
    (0x0ca, 1, "multiplane_qp_ud"),
    (0x0d0, 1, "migration_in_chunks"),
    (0x0d2, 1, "sf_eq_usage"),
    (0x0d8, 1, "multiplane"),
    (0x0d9, 1, "migration_state"),
    (0x0e0, 32, "cross_vhca_object_to_object_supported"),
    (0x100, 64, "allowed_object_for_other_vhca_access"),
    (0x1a0, 8, "flow_table_type_2_type"),
    (0x1aa, 1, "format_select_dw_8_6_ext"),
    (0x1ab, 5, "log_min_mkey_entity_size"),
    (0x1c0, 64, "general_obj_types_127_64"),
    (0x221, 1, "sw_vhca_id_valid"),
    (0x222, 14, "sw_vhca_id"),
    (0x24b, 5, "ts_cqe_metadata_size2wqe_counter"),
    (0x280, 8, "format_select_dw_gtpu_dw_0"),
    (0x288, 8, "format_select_dw_gtpu_dw_1"),
    (0x290, 8, "format_select_dw_gtpu_dw_2"),
    (0x298, 8, "format_select_dw_gtpu_first_ext_dw_0"),
    (0x2a0, 32, "generate_wqe_type"),
    (0x38b, 5, "min_mkey_log_entity_size_fixed_buffer"),
    (0x390, 16, "ec_vf_vport_base"),
    (0x3a2, 6, "max_mkey_log_entity_size_fixed_buffer"),
    (0x3aa, 6, "max_mkey_log_entity_size_mtt"),
    (0x3b0, 16, "max_rqt_vhca_id"),
    (0x3f0, 1, "pcc_ifa2"),
    (0x401, 1, "min_mkey_log_entity_size_fixed_buffer_valid"),
    (0x410, 16, "return_reg_id"),
    (0x43c, 4, "flow_table_hash_type"),
    (0x448, 24, "max_num_eqs_24b"),
    (0x5a4, 4, "load_balance_id"),
    (0x5c0, 1, "query_adjacent_functions_id"),
    (0x5c1, 1, "ingress_egress_esw_vport_connect"),
    (0x5c2, 1, "function_id_type_vhca_id"),
    (0x5c4, 1, "lag_per_mp_group"),
    (0x5d0, 16, "delegate_vhca_management_profiles"),
    (0x5e0, 16, "delegated_vhca_max"),
    (0x5f0, 16, "delegate_vhca_max"),
];

#[rustfmt::skip]
pub(super) const ETHERNET: &[Row] = &[
    (0x000, 1, "csum_cap"),
    (0x001, 1, "vlan_cap"),
    (0x002, 1, "lro_cap"),
    (0x003, 1, "lro_psh_flag"),
    (0x004, 1, "lro_time_stamp"),
    (0x007, 1, "wqe_vlan_insert"),
    (0x008, 1, "self_lb_en_modifiable"),
    (0x00b, 5, "max_lso_cap"),
    (0x010, 2, "multi_pkt_send_wqe"),
    (0x012, 2, "wqe_inline_mode"),
    (0x014, 4, "rss_ind_tbl_cap"),
    (0x018, 1, "reg_umr_sq"),
    (0x019, 1, "scatter_fcs"),
    (0x01a, 1, "enhanced_multi_pkt_send_wqe"),
    (0x01b, 1, "tunnel_lso_const_out_ip_id"),
    (0x01c, 1, "tunnel_lro_gre"),
    (0x01d, 1, "tunnel_lro_vxlan"),
    (0x01e, 1, "tunnel_stateless_gre"),
    (0x01f, 1, "tunnel_stateless_vxlan"),
    (0x020, 1, "swp"),
    (0x021, 1, "swp_csum"),
    (0x022, 1, "swp_lso"),
    (0x023, 1, "cqe_checksum_full"),
    (0x024, 1, "tunnel_stateless_geneve_tx"),
    (0x025, 1, "tunnel_stateless_mpls_over_udp"),
    (0x026, 1, "tunnel_stateless_mpls_over_gre"),
    (0x027, 1, "tunnel_stateless_vxlan_gpe"),
    (0x028, 1, "tunnel_stateless_ipv4_over_vxlan"),
    (0x029, 1, "tunnel_stateless_ip_over_ip"),
    (0x02a, 1, "insert_trailer"),
    (0x02c, 1, "tunnel_stateless_ip_over_ip_rx"),
    (0x02d, 1, "tunnel_stateless_ip_over_ip_tx"),
    (0x030, 8, "max_vxlan_udp_ports"),
    (0x038, 1, "swp_csum_l4_partial"),
    (0x03e, 1, "max_geneve_opt_len"),
    (0x03f, 1, "tunnel_stateless_geneve_rx"),
    (0x050, 16, "lro_min_mss_size"),
];

#[rustfmt::skip]
pub(super) const ATOMIC: &[Row] = &[
    (0x040, 2, "atomic_req_8B_endianness_mode"),
    (0x046, 1, "supported_atomic_req_8B_endianness_mode_1"),
    (0x090, 16, "atomic_operations"),
    (0x0b0, 16, "atomic_size_qp"),
    (0x0d0, 16, "atomic_size_dc"),
];

#[rustfmt::skip]
pub(super) const ROCE: &[Row] = &[
    (0x000, 1, "roce_apm"),
    (0x004, 1, "sw_r_roce_src_udp_port"),
    (0x005, 1, "fl_rc_qp_when_roce_disabled"),
    (0x006, 1, "fl_rc_qp_when_roce_enabled"),
    (0x007, 1, "roce_cc_general"),
    (0x008, 1, "qp_ooo_transmit_default"),
    (0x01e, 2, "qp_ts_format"),
    (0x08c, 4, "l3_type"),
    (0x098, 8, "roce_version"),
    (0x0b0, 16, "r_roce_dest_udp_port"),
    (0x0c0, 16, "r_roce_max_src_udp_port"),
    (0x0d0, 16, "r_roce_min_src_udp_port"),
    (0x0f0, 16, "roce_address_table_size"),
];

#[rustfmt::skip]
pub(super) const QOS: &[Row] = &[
    (0x000, 1, "packet_pacing"),
    (0x001, 1, "esw_scheduling"),
    (0x002, 1, "esw_bw_share"),
    (0x003, 1, "esw_rate_limit"),
    (0x005, 1, "packet_pacing_burst_bound"),
    (0x006, 1, "packet_pacing_typical_size"),
    (0x008, 1, "nic_sq_scheduling"),
    (0x009, 1, "nic_bw_share"),
    (0x00a, 1, "nic_rate_limit"),
    (0x00b, 1, "packet_pacing_uid"),
    (0x00c, 4, "log_esw_max_sched_depth"),
    (0x022, 1, "packet_pacing_req_ud"),
    (0x023, 1, "packet_pacing_req_uc"),
    (0x029, 1, "esw_cross_esw_sched"),
    (0x02b, 5, "log_max_qos_nic_queue_group"),
    (0x040, 32, "packet_pacing_max_rate"),
    (0x060, 32, "packet_pacing_min_rate"),
    (0x08b, 5, "log_esw_max_rate_limit"),
    (0x090, 16, "packet_pacing_rate_table_size"),
    (0x0a0, 16, "esw_element_type"),
    (0x0b0, 16, "esw_tsar_type"),
    (0x0d0, 16, "max_qos_para_vport"),
    (0x0e0, 32, "max_tsar_bw_share"),
    (0x100, 16, "nic_element_type"),
    (0x110, 16, "nic_tsar_type"),
    (0x123, 5, "log_meter_aso_granularity"),
    (0x12b, 5, "log_meter_aso_max_alloc"),
    (0x133, 5, "log_max_num_meter_aso"),
];

#[rustfmt::skip]
pub(super) const DEBUG: &[Row] = &[
    (0x000, 1, "core_dump_general"),
    (0x001, 1, "core_dump_qp"),
    (0x004, 5, "log_cr_dump_to_mem_size"),
    (0x009, 1, "resource_dump"),
    (0x00b, 5, "log_min_resource_dump_eq"),
    (0x018, 8, "log_max_samples"),
    (0x020, 1, "single"),
    (0x021, 1, "repetitive"),
    (0x022, 1, "stall_detect"),
    (0x023, 1, "diag_counter_tracer_dump"),
    (0x038, 8, "log_min_sample_period"),
];

#[rustfmt::skip]
pub(super) const DEVICE_MEMORY: &[Row] = &[
    (0x000, 1, "memic"),
    (0x02b, 5, "log_min_memic_alloc_size"),
    (0x038, 8, "log_max_memic_addr_alignment"),
    (0x040, 64, "memic_bar_start_addr"),
    (0x080, 32, "memic_bar_size"),
    (0x0a0, 32, "max_memic_size"),
    (0x0c0, 64, "steering_sw_icm_start_address"),
    (0x108, 8, "log_header_modify_sw_icm_size"),
    (0x112, 6, "log_sw_icm_alloc_granularity"),
    (0x118, 8, "log_steering_sw_icm_size"),
    (0x120, 8, "log_indirect_encap_sw_icm_size"),
    (0x138, 8, "log_header_modify_pattern_sw_icm_size"),
    (0x140, 64, "header_modify_sw_icm_start_address"),
    (0x1c0, 64, "header_modify_pattern_sw_icm_start_address"),
    (0x200, 32, "memic_operations"),
    (0x240, 64, "indirect_encap_sw_icm_start_address"),
];

#[rustfmt::skip]
pub(super) const TLS: &[Row] = &[
    (0x000, 1, "tls_1_2_aes_gcm_128"),
    (0x001, 1, "tls_1_3_aes_gcm_128"),
    (0x002, 1, "tls_1_2_aes_gcm_256"),
    (0x003, 1, "tls_1_3_aes_gcm_256"),
];

#[rustfmt::skip]
pub(super) const IPSEC: &[Row] = &[
    (0x000, 1, "ipsec_full_offload"),
    (0x001, 1, "ipsec_crypto_offload"),
    (0x002, 1, "ipsec_esn"),
    (0x003, 1, "ipsec_crypto_esp_aes_gcm_256_encrypt"),
    (0x004, 1, "ipsec_crypto_esp_aes_gcm_128_encrypt"),
    (0x005, 1, "ipsec_crypto_esp_aes_gcm_256_decrypt"),
    (0x006, 1, "ipsec_crypto_esp_aes_gcm_128_decrypt"),
    (0x00b, 5, "log_max_ipsec_offload"),
    (0x020, 8, "min_log_ipsec_full_replay_window"),
    (0x028, 8, "max_log_ipsec_full_replay_window"),
];

#[rustfmt::skip]
pub(super) const CRYPTO: &[Row] = &[
    (0x003, 1, "synchronize_dek"),
    (0x004, 1, "int_kek_manual"),
    (0x005, 1, "int_kek_auto"),
    (0x023, 5, "log_dek_max_alloc"),
    (0x02b, 5, "log_max_num_deks"),
    (0x063, 5, "log_dek_granularity"),
    (0x06b, 5, "log_max_num_int_kek"),
    (0x070, 16, "sw_wrapped_dek"),
];

#[rustfmt::skip]
pub(super) const MACSEC: &[Row] = &[
    (0x000, 1, "macsec_epn"),
    (0x003, 1, "macsec_crypto_esp_aes_gcm_256_encrypt"),
    (0x004, 1, "macsec_crypto_esp_aes_gcm_128_encrypt"),
    (0x005, 1, "macsec_crypto_esp_aes_gcm_256_decrypt"),
    (0x006, 1, "macsec_crypto_esp_aes_gcm_128_decrypt"),
    (0x00b, 5, "log_max_macsec_offload"),
    (0x020, 8, "min_log_macsec_full_replay_window"),
    (0x028, 8, "max_log_macsec_full_replay_window"),
];
