namespace Chat.Functions.Moderation;

/// <summary>Why something was reported: a closed list, as clients show it.</summary>
public enum ReportReason
{
    /// <summary>Sexual abuse of children.</summary>
    Csam,

    /// <summary>Intimate pictures that were published without consent.</summary>
    Ncii,
    Threat,
    SelfHarm,

    /// <summary>Somebody is too young to be here.</summary>
    Minor,
    Harassment,
    Hate,
    Scam,
    Impersonation,
    Spam,
    Other,
}

/// <summary>How much harm a case does while it waits.</summary>
public enum Severity
{
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>What each reason means for a case.</summary>
internal static class ReportReasons
{
    // The law of some countries gives 48 h for intimate pictures (US: Take It Down Act); the others are this product's choice.
    private static readonly Dictionary<ReportReason, (Severity Severity, TimeSpan Due)> All = new()
    {
        [ReportReason.Csam] = (Severity.Critical, TimeSpan.FromHours(4)),
        [ReportReason.Threat] = (Severity.Critical, TimeSpan.FromHours(4)),
        [ReportReason.SelfHarm] = (Severity.Critical, TimeSpan.FromHours(4)),
        [ReportReason.Minor] = (Severity.High, TimeSpan.FromHours(24)),
        [ReportReason.Ncii] = (Severity.High, TimeSpan.FromHours(48)),
        [ReportReason.Harassment] = (Severity.Medium, TimeSpan.FromHours(72)),
        [ReportReason.Hate] = (Severity.Medium, TimeSpan.FromHours(72)),
        [ReportReason.Scam] = (Severity.Medium, TimeSpan.FromHours(72)),
        [ReportReason.Impersonation] = (Severity.Medium, TimeSpan.FromHours(72)),
        [ReportReason.Spam] = (Severity.Low, TimeSpan.FromDays(7)),
        [ReportReason.Other] = (Severity.Low, TimeSpan.FromDays(7)),
    };

    /// <summary>How long an appeal may wait.</summary>
    public static readonly TimeSpan AppealDue = TimeSpan.FromDays(7);

    public static Severity SeverityOf(this ReportReason reason) => All[reason].Severity;

    /// <summary>How long a case may wait for its decision.</summary>
    public static TimeSpan Due(this ReportReason reason) => All[reason].Due;
}
