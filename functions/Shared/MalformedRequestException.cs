namespace Chat.Functions.Shared;

/// <summary>Ends an HTTP call whose request is malformed; <see cref="AnswerFailures"/> answers with the refusal.</summary>
/// <remarks>
/// The only refusal that is thrown: returning it would take the same four lines in every function with a body or a query.
/// </remarks>
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
