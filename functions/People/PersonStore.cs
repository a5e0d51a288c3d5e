using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.People;

/// <summary>Stores <see cref="Person"/>s.</summary>
public sealed class PersonStore(ChatContainers containers)
{
    /// <summary>What is known of those among some users of whom anything is.</summary>
    public Task<IReadOnlyList<Person>> OfAsync(IEnumerable<UserId> users, CancellationToken cancellationToken) =>
        containers.Users.ReadDocumentsAsync(
            users.Distinct().Select(user => (Person.DocumentId, new PartitionKey(user.Value))),
            ChatJson.Default.DocumentsPagePerson,
            cancellationToken: cancellationToken);

    /// <summary>Changes what is known of a user, as often as it takes to do so on the newest version.</summary>
    /// <param name="user">The user.</param>
    /// <param name="change">The record after the change; the same record to leave it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The record before and after.</returns>
    public async Task<(Person Before, Person After)> ChangeAsync(
        UserId user,
        Func<Person, Person> change,
        CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(user.Value);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (found, etag) = await containers.Users.ReadDocumentAsync(
                Person.DocumentId,
                partition,
                ChatJson.Default.Person,
                cancellationToken: cancellationToken);
            var before = found ?? new Person { UserId = user };
            var after = change(before);
            if (after == before || await containers.Users.TryWriteDocumentAsync(
                after,
                Person.DocumentId,
                partition,
                etag,
                ChatJson.Default.Person,
                cancellationToken))
            {
                return (before, after);
            }
        }
    }
}
