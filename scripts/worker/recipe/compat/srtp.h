#pragma once

/*
 * The part of libsrtp 3's interface that the mediasoup worker uses, over libsrtp 2, which distributions package.
 *
 * Version 3 has an opaque policy object that is filled by calls, and encrypts from one buffer into another; version 2
 * has a plain struct that points at the caller's key, and encrypts in place. Names that mean something else in
 * version 2 are redirected by macros at the end, after everything here is defined in terms of version 2.
 */

#include <srtp2/srtp.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <openssl/crypto.h>

/* Codes that version 2 lacks; their values are those of version 3. */
inline constexpr srtp_err_status_t srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr srtp_err_status_t srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace srtp_compat
{
  /* A version 2 policy that owns the key it points at: master key, then salt, as version 2 wants them. */
  struct Policy
  {
    srtp_policy_t policy{};
    uint8_t key[SRTP_MAX_KEY_LEN]{};
  };

  inline srtp_err_status_t policyCreate(Policy** policy)
  {
    if (!policy)
    {
      return srtp_err_status_bad_param;
    }

    *policy = new (std::nothrow) Policy();

    return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
  }

  inline void policyDestroy(Policy* policy)
  {
    if (!policy)
    {
      return;
    }

    OPENSSL_cleanse(policy->key, sizeof(policy->key));
    delete policy;
  }

  inline srtp_err_status_t policySetSsrc(Policy* policy, srtp_ssrc_t ssrc)
  {
    policy->policy.ssrc = ssrc;

    return srtp_err_status_ok;
  }

  inline srtp_err_status_t policySetProfile(Policy* policy, srtp_profile_t profile)
  {
    const srtp_err_status_t status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

    if (status != srtp_err_status_ok)
    {
      return status;
    }

    return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
  }

  inline srtp_err_status_t policyAddKey(
    Policy* policy,
    const uint8_t* key,
    size_t keyLen,
    const uint8_t* salt,
    size_t saltLen,
    const uint8_t* /*mki*/,
    size_t mkiLen)
  {
    /* The worker uses one key and no MKI. */
    if (mkiLen != 0 || policy->policy.key || keyLen > sizeof(policy->key) || saltLen > sizeof(policy->key) - keyLen)
    {
      return srtp_err_status_bad_param;
    }

    std::memcpy(policy->key, key, keyLen);
    std::memcpy(policy->key + keyLen, salt, saltLen);
    policy->policy.key = policy->key;

    return srtp_err_status_ok;
  }

  inline srtp_err_status_t policySetAllowRepeatTx(Policy* policy, bool allow)
  {
    policy->policy.allow_repeat_tx = allow ? 1 : 0;

    return srtp_err_status_ok;
  }

  inline srtp_err_status_t policySetWindowSize(Policy* policy, size_t windowSize)
  {
    policy->policy.window_size = static_cast<unsigned long>(windowSize);

    return srtp_err_status_ok;
  }

  inline srtp_err_status_t create(srtp_t* session, const Policy* policy)
  {
    return srtp_create(session, &policy->policy);
  }

  using InPlaceCall = srtp_err_status_t (*)(srtp_t, void*, int*);

  /* Runs a version 2 call, which works in place, from `in` to `out`; `extra` is what the call may add. */
  inline srtp_err_status_t transform(
    InPlaceCall call, srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t extra)
  {
    /* In place the caller answers for the room, as version 2 has it. */
    if (in != out)
    {
      if (inLen > *outLen || extra > *outLen - inLen)
      {
        return srtp_err_status_buffer_small;
      }

      std::memcpy(out, in, inLen);
    }

    int len                        = static_cast<int>(inLen);
    const srtp_err_status_t status = call(session, out, &len);

    if (status == srtp_err_status_ok)
    {
      *outLen = static_cast<size_t>(len);
    }

    return status;
  }

  inline srtp_err_status_t protect(
    srtp_t session, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
  {
    return transform(srtp_protect, session, rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
  }

  inline srtp_err_status_t unprotect(
    srtp_t session, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
  {
    return transform(srtp_unprotect, session, srtp, srtpLen, rtp, rtpLen, 0);
  }

  inline srtp_err_status_t protectRtcp(
    srtp_t session, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
  {
    /* SRTCP adds its index word (RFC 3711 section 3.4) to the trailer. */
    return transform(
      srtp_protect_rtcp, session, rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + sizeof(uint32_t));
  }

  inline srtp_err_status_t unprotectRtcp(
    srtp_t session, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
  {
    return transform(srtp_unprotect_rtcp, session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
  }

  inline srtp_err_status_t streamRemove(srtp_t session, uint32_t ssrc)
  {
    return srtp_remove_stream(session, ssrc);
  }
} // namespace srtp_compat

#define srtp_policy_t srtp_compat::Policy*
#define srtp_policy_create srtp_compat::policyCreate
#define srtp_policy_destroy srtp_compat::policyDestroy
#define srtp_policy_set_ssrc srtp_compat::policySetSsrc
#define srtp_policy_set_profile srtp_compat::policySetProfile
#define srtp_policy_add_key srtp_compat::policyAddKey
#define srtp_policy_set_allow_repeat_tx srtp_compat::policySetAllowRepeatTx
#define srtp_policy_set_window_size srtp_compat::policySetWindowSize
#define srtp_create srtp_compat::create
#define srtp_protect srtp_compat::protect
#define srtp_unprotect srtp_compat::unprotect
#define srtp_protect_rtcp srtp_compat::protectRtcp
#define srtp_unprotect_rtcp srtp_compat::unprotectRtcp
#define srtp_stream_remove srtp_compat::streamRemove
