r"""Output of Test-CsPhoneBootstrap and Test-CsRegistration, which test on a server whether a phone can sign in.

    line   = ["VERBOSE:"] step / ["PS" path ">"] cmdlet parameters / name ":" value / inner / header ":" value
    cmdlet = "Test-CsPhoneBootstrap" / "Test-CsRegistration" / "Test-CsClientAuth"
    name   = "Target Fqdn" / "Target Uri" / "Result" / "Latency" / "Error Message" / "Error" / "Diagnosis"
    inner  = "Inner Exception:" text / ["Diagnosis :"] "Inner Diagnosis:" header ":" value

The names have no blank in older releases (TargetFqdn). A header is that of the web ticket service's answer.

How sure: a blog article of 2017 shows the complete output for a wrong PIN, with the answer of the service. Microsoft's
pages on testing the sign-in show a success, a service that does not answer, a user that does not exist, and a part of
what `-Verbose` prints. No known source shows the output for a fault of DHCP or of the certificate, so it is not read.
"""

import pyparsing as pp

vendor = "Lync Server test"
capture = {
    "trace": "It is the output of Test-CsPhoneBootstrap in the Management Shell of Lync or Skype for Business Server.",
    "more": "Run Test-CsPhoneBootstrap again with -Verbose, -TargetFqdn, -TargetUri and -UserSipAddress.",
    "undo": "Nothing was changed.",
    "source": "Microsoft Learn: Testing Lync Phone Edition login in Lync Server 2013; Test-CsPhoneBootstrap",
}

# Each begins with a text that only these cmdlets print there: other programs write lines such as "Error: …" too.
step = pp.Regex(
    r"Using PIN auth with Phone|Could not get web ticket|'Register' activity started|Sending Registration request:"
    r"|Auth Type '\w+' is selected|An exception '[^']{0,200}' occurred during Workflow Microsoft\.Rtc\."
)
cmdlet = pp.Regex(r"(?:PS[^>\n]{0,200}> ?)?Test-Cs(?:PhoneBootstrap|Registration|ClientAuth) -")
named = pp.Regex(
    r"Target ?(?:Fqdn|Uri) {0,20}:|Result {0,20}: (?:Success|Failure)\b|Latency {0,20}: [0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"|Error(?: Message)? {0,20}: (?:ERROR - )?(?:No response received for|[4-6][0-9]{2}, )"
    r"|Diagnosis {0,20}: (?:ErrorCode=|Inner Diagnosis:)"
)
inner = pp.Regex(r"Inner (?:Exception|Diagnosis):")
of_answer = pp.Regex(r"(?:X-Ms-diagnostics|X-MS-Server-Fqdn) {0,20}:|Warning {0,20}: [0-9]{3} ")
first = (pp.Opt("VERBOSE:") + step | cmdlet | named | inner | of_answer).set_name("output of Test-CsPhoneBootstrap")
header = pp.FollowedBy(first) + pp.Regex(r".*")("message")

rest = pp.Regex(r".*")
error = pp.Regex(r"Error(?: Message)? *:")
messages = [
    ("sign_in.certificate_service.found", pp.Regex(r"Target ?Uri *:") + pp.Regex(r"https?://\S+")("uri") + rest),
    ("sign_in.test.succeeded", pp.Regex(r"Result *:") + "Success" + rest),
    (
        "sign_in.web_ticket.failed",
        error + pp.Opt("ERROR -") + pp.Literal("No response received for Web-Ticket service")("reason") + rest,
    ),
    ("sign_in.web_ticket.failed", pp.Opt("VERBOSE:") + pp.Literal("Could not get web ticket")("reason") + rest),
    (
        "sign_in.web_ticket.failed",
        pp.Literal("Inner Exception:The remote server returned an error:")
        + ("(" + pp.Regex(r"[45][0-9]{2}")("status_code") + ")")
        + pp.Regex(r"[^.]+")("reason")
        + rest,
    ),
    (
        "sign_in.test.failed",
        error + pp.Regex(r"[4-6][0-9]{2}")("status_code") + "," + pp.Regex(r"[^,]+")("reason"),
    ),
    (
        "sign_in.test.failed",
        pp.Regex(r"Diagnosis *: ErrorCode=")
        + pp.Word(pp.nums)("ms_diagnostics")
        + pp.Opt(pp.Regex(r",source=[^,]*,Reason=") + pp.Regex(r".+")("reason"))
        + rest,
    ),
]
shared = ("sip", "sign_in_services")
levels: dict[str, str] = {}

BLOG = "real: PowerShell console in rbrynteson/theargylemvp, VVX PIN Authentication Error, 2 February 2017"
PHONE = "real: PowerShell console in Microsoft: Testing Lync Phone Edition login in Lync Server 2013"
USER = "real: PowerShell console in Microsoft: Testing the ability of a user to log on to Lync Server 2013"
samples = [
    (
        BLOG,
        "Target Uri : https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc",
        "sign_in.certificate_service.found",
        {"uri": "https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc"},
    ),
    (BLOG, "Target Fqdn : LYNCSERVER.DOMAIN", "log.message", {}),
    (BLOG, "Result : Failure", "log.message", {}),
    (BLOG, "Latency : 00:00:00.0973450", "log.message", {}),
    (BLOG, "Result : Success", "sign_in.test.succeeded", {}),
    (
        BLOG,
        "Error Message : No response received for Web-Ticket service.",
        "sign_in.web_ticket.failed",
        {"reason": "No response received for Web-Ticket service"},
    ),
    (
        BLOG,
        " Inner Exception:The remote server returned an error: (401) Unauthorized.",
        "sign_in.web_ticket.failed",
        {"status_code": 401, "reason": "Unauthorized"},
    ),
    (
        BLOG,
        ' Inner Diagnosis:Warning : 120 LYNCSERVER.DOMAIN "InvalidPin"',
        "sign_in.pin.refused",
        {"reason": "InvalidPin"},
    ),
    (
        BLOG,
        ' X-Ms-diagnostics : 28003;source="LYNCSERVER.DOMAIN";reason="The pin is invalid.";'
        'faultcode="wsse:FailedAuthentication"',
        "sip.ms_diagnostics",
        {
            "ms_diagnostics": 28003,
            "ms_diagnostics_source": "LYNCSERVER.DOMAIN",
            "ms_diagnostics_reason": "The pin is invalid.",
        },
    ),
    (BLOG, " X-MS-Server-Fqdn : LYNCSERVER.DOMAIN", "log.message", {}),
    (PHONE, "TargetFqdn : atl-cs-001.litwareinc.com", "log.message", {}),
    (
        PHONE,
        "Error : ERROR - No response received for Web-Ticket service.",
        "sign_in.web_ticket.failed",
        {"reason": "No response received for Web-Ticket service"},
    ),
    (PHONE, r"Using PIN auth with Phone\Ext : 12065551219 Pin : 0712", "log.message", {}),
    (PHONE, "Could not get web ticket", "sign_in.web_ticket.failed", {"reason": "Could not get web ticket"}),
    (
        PHONE,
        'Test-CsPhoneBootstrap -PhoneOrExt "+12065551219" -Pin "0712" -Verbose',
        "log.message",
        {},
    ),
    (USER, "Error : 404, Not Found", "sign_in.test.failed", {"status_code": 404, "reason": "Not Found"}),
    (
        USER,
        "Diagnosis : ErrorCode=1003,source=atl-cs-001.litwareinc.com,Reason=User does not exist",
        "sign_in.test.failed",
        {"ms_diagnostics": 1003, "reason": "User does not exist"},
    ),
    (USER, "VERBOSE: 'Register' activity started.", "log.message", {}),
]
