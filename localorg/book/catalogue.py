"""What the fictitious vendor sells, and how its deals move: stages, pillars and products."""

from dataclasses import dataclass

SEGMENTS = ("Renewal", "Upsell", "Net New")
RENEWAL, UPSELL, NET_NEW = range(3)

PILLARS = ("NGFW", "Prisma SASE", "Prisma Cloud", "Cortex/XSIAM", "AI Security", "DLP")


@dataclass(frozen=True)
class Stage:
    """A row of OpportunityStage."""

    name: str
    probability: int
    category: str
    category_name: str
    is_closed: bool = False
    is_won: bool = False


STAGES = (
    Stage("0 Opportunity Identification", 5, "Pipeline", "Pipeline"),
    Stage("1 Tech Discovery", 10, "Pipeline", "Pipeline"),
    Stage("3 POV Planning", 25, "Pipeline", "Pipeline"),
    Stage("4 POV Tech Validation", 40, "BestCase", "Best Case"),
    Stage("5 Tech Decision Pending", 60, "BestCase", "Best Case"),
    Stage("6 Tech Win", 80, "Forecast", "Commit"),
    Stage("Closed Won", 100, "Closed", "Closed", True, True),
    Stage("Closed Lost", 0, "Omitted", "Omitted", True, False),
)
OPEN = 6  # the first six stages are open
WON, LOST = 6, 7


@dataclass(frozen=True)
class Product:
    """A product: its pillar (index), the unit it is sold and rolled out in, that unit's yearly list price in USD."""

    name: str
    code: str
    pillar: int
    unit: str
    price: float
    features: int


PRODUCTS = (
    Product("NGFW Hardware Series 5", "FW-HW5", 0, "Firewalls", 38_000.0, 14),
    Product("NGFW Virtual Series", "FW-VM", 0, "Firewalls", 9_500.0, 14),
    Product("NGFW Threat Prevention", "FW-TP", 0, "Firewalls", 7_200.0, 9),
    Product("Prisma SASE Access", "SASE-ACC", 1, "Users", 145.0, 12),
    Product("Prisma SASE SD-WAN", "SASE-WAN", 1, "Sites", 4_800.0, 10),
    Product("Prisma SASE Browser", "SASE-BRW", 1, "Users", 62.0, 8),
    Product("Prisma Cloud Posture", "CLD-PST", 2, "Workloads", 54.0, 11),
    Product("Prisma Cloud Runtime", "CLD-RUN", 2, "Workloads", 96.0, 13),
    Product("Cortex XDR", "CTX-XDR", 3, "Endpoints", 58.0, 12),
    Product("Cortex XSIAM", "CTX-SIAM", 3, "GB per day", 620.0, 16),
    Product("Cortex XSOAR", "CTX-SOAR", 3, "Analysts", 9_800.0, 10),
    Product("AI Runtime Security", "AI-RUN", 4, "Applications", 11_500.0, 7),
    Product("AI Access Security", "AI-ACC", 4, "Users", 38.0, 6),
    Product("Enterprise DLP", "DLP-ENT", 5, "Users", 34.0, 8),
)
MAIN_PRODUCT_SHARE = (0.5, 0.3, 0.2)  # the first, second and third product of a pillar, by how often they are sold
