"""Logs of daemons that any Linux, BusyBox or macOS prints; each is the log of a computer that is no phone."""

from pathlib import Path

DAEMONS = {
    "wpa_supplicant": (
        "wlan0: CTRL-EVENT-EAP-STARTED EAP authentication started",
        "wlan0: CTRL-EVENT-EAP-METHOD EAP vendor 0 method 25 (PEAP) selected",
        "TLS: Certificate verification failed, error 19 (self signed certificate in certificate chain) depth 1 for "
        "'/C=XX/O=Contoso/CN=Contoso CA'",
        "wlan0: CTRL-EVENT-EAP-FAILURE EAP authentication failed",
    ),
    "ntpd": (
        "timed out waiting for 192.0.2.1, reach 0x00, next query in 32s",
        "bad address 'time.contoso.com'",
        "reply from 192.0.2.1: peer is unsynced",
        "sigio_handler: sigio_handler_active != 0",
    ),
    "udhcpc": ("sending discover", "sending discover", "no lease, failing", "received DHCP NAK"),
    "dhclient": ("DHCPDISCOVER on eth0 to 255.255.255.255 port 67 interval 3", "No DHCPOFFERS received."),
    "syslogd": ("ASL Sender Statistics", "started: BusyBox v1.22.1", "exiting on signal 15"),
    "init": ("The system is going down NOW!", "Requesting system reboot"),
    "kernel": (
        "[ 1234.567890] Kernel panic - not syncing: Fatal exception in interrupt",
        "[ 1234.567890] eth0: link is down",
        "[   12.000001] app[440]: segfault at 0 ip 00008a54 sp be9f4c10 error 4",
    ),
    "crond": ("(root) CMD (run-parts /etc/cron.hourly)", "can't lock /var/run/crond.pid, otherpid may be 12"),
    "sshd": ("Failed password for invalid user admin from 192.0.2.9 port 50000 ssh2", "Received disconnect"),
    "dnsmasq": ("query[A] sip.contoso.com from 192.0.2.7", "reply sip.contoso.com is NXDOMAIN"),
    "klogd": ("eth0: link is down", "started: BusyBox v1.22.1 (2016-01-01)"),
    "ifplugd": ("link is down", "link is up", "using interface eth0"),
}
"""Texts by the program that prints them."""
FORMS = (
    "Nov  2 10:00:{second:02} {host} {program}[{pid}]: {text}",
    "<30>Nov  2 10:00:{second:02} {host} {program}: {text}",
    "<30>1 2026-11-02T10:00:{second:02}Z {host} {program} {pid} - - {text}",
)


def daemon_lines(program: str, host: str, form: str = FORMS[0]) -> list[str]:
    """The lines that a program writes on a host, in one of FORMS."""
    return [
        form.format(second=second, host=host, program=program, pid=210, text=text)
        for second, text in enumerate(DAEMONS[program] * 3)
    ]


def write_daemon_log(path: Path, form: str = FORMS[0], host: str = "") -> Path:
    """A log of all programs, each on a host of its own or all on one `host`."""
    lines = [line for program in DAEMONS for line in daemon_lines(program, host or f"host-{program}", form)]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
