using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>An account by each door for the tests of a class that change nothing in it: many need the same documents.</summary>
/// <param name="definition">Members of the container's definition besides its id and key <c>/pk</c>.</param>
/// <param name="documents">What is in it, oldest first.</param>
public abstract class SharedAccounts(string definition, IEnumerable<string> documents) : IAsyncLifetime
{
    private readonly Dictionary<Door, CosmosAccount> _accounts = [];

    internal CosmosAccount this[Door door] => _accounts[door];

    public async Task InitializeAsync()
    {
        foreach (var door in Enum.GetValues<Door>())
        {
            _accounts.Add(door, await CosmosAccount.StartAsync(definition, door: door));
            foreach (var document in documents)
            {
                await _accounts[door].CreateAsync(document);
            }
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var account in _accounts.Values)
        {
            await account.DisposeAsync();
        }
    }
}
