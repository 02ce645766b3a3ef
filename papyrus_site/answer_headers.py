"""The headers of every answer, also of those that gunicorn gives by itself (deploy/gunicorn.conf.py)."""

from __future__ import annotations

# Nothing here asks for a device, and nothing that might get in shall.
UNUSED_FEATURES = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media"),
    *("gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone"),
    *("midi", "otp-credentials", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock"),
    *("serial", "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"),
)
# For every answer that does not bring its own.
ANSWER_HEADERS = {
    # Else a page could be seen again by Back, after its reader has signed out.
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
