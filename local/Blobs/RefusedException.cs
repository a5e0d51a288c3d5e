namespace Chat.Local.Blobs;

/// <summary>A request that is answered with an error, in Azure's words.</summary>
internal sealed class RefusedException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    /// <summary>What <c>x-ms-error-code</c> says.</summary>
    public string Code => code;

    /// <summary>What the answer's XML says besides.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Headers of the answer besides those that every error has.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
