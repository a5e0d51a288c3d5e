namespace Chat.Local.Inspector;

/// <summary>What a span's use would cost, in US dollars.</summary>
/// <param name="MessagesAccepted">How many messages the app took in meanwhile.</param>
internal sealed record Bill(IReadOnlyList<BillLine> Lines, double Usd, long MessagesAccepted)
{
    /// <summary>Null when no message was accepted.</summary>
    public double? UsdPerThousandMessages => MessagesAccepted == 0 ? null : Usd / MessagesAccepted * 1000;
}

/// <summary>One price times how often it was due.</summary>
internal sealed record BillLine(string Service, string Unit, double Units, double Usd);
