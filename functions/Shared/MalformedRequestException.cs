namespace Chat.Functions.Shared;

/// <summary>Ends an HTTP call whose request is malformed; <see cref="AnswerFailures"/> answers with the refusal.</summary>
/// <remarks>The one refusal that isn't returned: every function with a body or a query would do so in the same four lines.</remarks>
internal sealed class MalformedRequestException(Problem refusal) : Exception(refusal.Title)
{
    public Problem Refusal { get; } = refusal;

    public static void ThrowIf(Problem? refusal)
    {
        if (refusal is not null)
        {
            throw new MalformedRequestException(refusal);
        }
    }
}
